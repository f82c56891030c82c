import { HostError } from '../../boundary/host-error.ts';

/** How the engine learns that a node is ready. */
type Readiness =
  | { readonly kind: 'agent' }
  | { readonly kind: 'process' }
  /** Ready once this text stands on the console. */
  | { readonly kind: 'console'; readonly text: string };

/** What a generated script says of itself to the engine. */
export interface ScriptHeader {
  readonly driver: 'qemu' | 'namespace';
  /** The guest runs a guest agent on agent.sock. */
  readonly agent: boolean;
  readonly ready: Readiness;
  /** Spare root ports: network devices can come and go while it runs. */
  readonly hotplug: boolean;
  /** The guest configures itself, at its start, by a seed of cloud-init. */
  readonly seed: boolean;
}

const HEADER = /^# weft:(.*)$/;

/**
 * Reads line 2 of a generated script, `# weft: driver=qemu agent=yes ready=agent hotplug=yes`. undefined: no such line, a template of the
 * user's own. Left-out keys mean agent=no, ready=process, hotplug=no, seed=no; keys we do not know are for a later weft. A `ready=console:TEXT` takes
 * the rest of the line. A value that cannot be understood is a HostError `bad-header`.
 */
export function parseScriptHeader(script: string): ScriptHeader | undefined {
  const line = script.split('\n', 2)[1]?.trimEnd();
  const untrustedWords = HEADER.exec(line ?? '')?.[1];
  if (untrustedWords === undefined) return undefined;
  const values = wordsOf(untrustedWords);
  return {
    driver: oneOf('driver', values.get('driver') ?? 'qemu', ['qemu', 'namespace']),
    agent: oneOf('agent', values.get('agent') ?? 'no', ['yes', 'no']) === 'yes',
    ready: readinessOf(values.get('ready') ?? 'process'),
    hotplug: oneOf('hotplug', values.get('hotplug') ?? 'no', ['yes', 'no']) === 'yes',
    seed: oneOf('seed', values.get('seed') ?? 'no', ['cloud', 'no']) === 'cloud',
  };
}

function wordsOf(untrustedText: string): ReadonlyMap<string, string> {
  const console = /(?:^|\s)ready=console:(.*)$/.exec(untrustedText);
  const words = (console === null ? untrustedText : untrustedText.slice(0, console.index))
    .split(/\s+/)
    .filter((word) => word !== '');
  const pairs = words.map((word): [string, string] => [word.split('=', 1)[0] ?? '', word.slice(word.indexOf('=') + 1)]);
  return new Map([...pairs, ...(console === null ? [] : [['ready', `console:${console[1]}`] as const])]);
}

function readinessOf(untrusted: string): Readiness {
  if (untrusted.startsWith('console:') && untrusted.length > 'console:'.length) {
    return { kind: 'console', text: untrusted.slice('console:'.length) };
  }
  return { kind: oneOf('ready', untrusted, ['agent', 'process']) };
}

function oneOf<T extends string>(key: string, untrusted: string, values: readonly T[]): T {
  const value = values.find((known) => known === untrusted);
  if (value !== undefined) return value;
  throw new HostError('bad-header', `the script's weft line says ${key}=${untrusted}; expected ${values.join(' or ')}`, {
    hint: 'mend the second line of the template and generate again',
  });
}
