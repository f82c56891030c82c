import type { NodeHandle } from '../../boundary/driver.ts';
import type { TreeFile } from '../../boundary/read-tree.ts';
import { type GuestFile, guestScript } from '../../keyfile/guest-script.ts';
import { KEYFILES, PERSISTENT } from '../../keyfile/node-folder.ts';
import { resolvConf } from '../../keyfile/resolv-conf.ts';
import { decodeUtf8, encodeUtf8 } from '../../model/utf8.ts';
import type { NodeRules } from '../uplinks/node-rules.ts';
import {
  type ConfiguredNode,
  configOf,
  type NameServersByPort,
  type NodeInterface,
  type RoutedNetwork,
  remember,
} from './configured-node.ts';
import type { Keyfiles } from './keyfiles.ts';
import type { NodeFolders } from './node-folders.ts';

/** Where qubesdb-read of a guest looks. */
const DATABASE = '/run/weft/qubesdb';

/** How long a guest may take over its configuration. Milliseconds. */
const WITHIN = 60_000;

/** What a guest is given: its whole folder, once in its life; the keyfiles in it; or its rules alone. Each includes the next. */
export type Scope = 'all' | 'keyfiles' | 'rules';

export interface GuestConfigParts {
  readonly folders: NodeFolders;
  readonly rules: Pick<NodeRules, 'forGuest' | 'databaseOf'>;
  readonly routed: () => RoutedNetwork;
  readonly keyfiles: (node: string, files: readonly TreeFile[]) => Keyfiles;
  readonly warn: (message: string) => void;
}

/** What is known of one guest. */
interface GuestState {
  readonly dns: NameServersByPort;
  /** The name servers that it was given last, as text. */
  told: string | undefined;
  /** Of the guest that the rest is of. */
  handle: NodeHandle | undefined;
}

/** Gives guests their configuration, by a script that their agents run. */
export class GuestConfig {
  readonly #parts: GuestConfigParts;
  readonly #guests = new Map<string, GuestState>();

  constructor(parts: GuestConfigParts) {
    this.#parts = parts;
  }

  isKnown(name: string): boolean {
    return this.#guests.has(name);
  }

  forget(name: string): void {
    this.#guests.delete(name);
  }

  /** Forgets the name servers of an interface; whether there were any. */
  interfaceGone(name: string, port: string): boolean {
    return this.#guests.get(name)?.dns.delete(port) === true;
  }

  /** Brings these interfaces, and what belongs to the scope, to what is wanted. A guest that lacks nothing is not asked. */
  async bring(node: ConfiguredNode, interfaces: readonly NodeInterface[], what: Scope): Promise<void> {
    const { folders, keyfiles: read, routed, rules, warn } = this.#parts;
    const { name } = node;
    const tree = what === 'all' ? await folders.persistent(name) : [];
    const files = what === 'rules' ? [] : await folders.keyfiles(name);
    const keyfiles = read(name, files);
    const state = this.#state(node);
    const configs = interfaces.flatMap((each) => {
      const config = configOf(routed(), keyfiles, name, each);
      remember(state.dns, each.port, config);
      return config === undefined ? [] : [{ name: each.port, config }];
    });
    if (node.handle === undefined) return;
    const lacking = await rules.forGuest(name, node.handle);
    const resolver = resolvConf([...state.dns.values()]);
    if (tree.length + files.length + configs.length === 0 && lacking === undefined && resolver === state.told) return;
    const database = rules.databaseOf(name);
    const script = guestScript({
      ...(lacking === undefined ? {} : { rules: lacking.rules, sysctls: lacking.sysctls, purged: lacking.purged }),
      files: database === '' ? [] : [{ path: DATABASE, mode: 0o644, content: encodeUtf8(database) }],
      tree: tree.map((file) => placed(PERSISTENT, file)),
      keyfiles: files.map((file) => ({ ...placed(KEYFILES, file), mode: 0o600 })),
      interfaces: configs,
      resolver,
    });
    const { code, stderr } = await node.handle.exec(['/bin/sh', '-s'], encodeUtf8(script), WITHIN);
    const said = decodeUtf8(stderr)
      .split('\n')
      .filter((line) => line.trim() !== '');
    for (const line of said) warn(`${name}: ${line}`);
    if (code === 0) {
      state.told = resolver;
      await lacking?.loaded();
    }
    if (code !== 0 && said.length === 0) warn(`${name}: its configuration failed with exit code ${code}`);
    // The name servers that the script has just set are those that clients are led to.
    if (code === 0 && (lacking !== undefined || configs.length > 0)) await this.bring(node, [], 'rules');
  }

  /** A guest that was started anew knows nothing of what the one before was given. */
  #state({ handle, name }: ConfiguredNode): GuestState {
    const known = this.#guests.get(name);
    if (known !== undefined && known.handle === handle) return known;
    const fresh = { dns: new Map(), told: undefined, handle };
    this.#guests.set(name, fresh);
    return fresh;
  }
}

function placed(below: string, { content, mode, name }: TreeFile): GuestFile {
  return { path: `/${below}/${name}`, mode, content };
}
