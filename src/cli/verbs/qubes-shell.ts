import { Refusal } from '../complaints.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { findPlace } from '../lab/place.ts';
import { requireConnection } from '../lab/session.ts';
import { labSocket } from '../qvm/find-daemon.ts';
import type { Verb } from '../verb.ts';
import { Words } from '../words.ts';

export const qubesShellVerb: Verb = {
  name: 'qubes-shell',
  summary: "a shell in which Qubes' tools mean this lab",
  help: `Opens your shell, or runs a command, in which qvm-ls, qvm-prefs, qvm-features, qvm-firewall and the others drive the lab. Where the genuine
tools are installed, or WEFT_QUBES_TOOLS names a folder with them, those are used, unmodified: a private mount namespace
makes the machine look like dom0 to them. Elsewhere, and with --own, the tools are weft's own, with the same words, output and exit codes.

Examples:
  weft qubes-shell
  weft qubes-shell -- qvm-features B attach-network-to F
  weft qubes-shell --lab tutorial -- qvm-ls --network`,
  positional: [{ syntax: '[command...]', meaning: 'what to run instead of your shell', completes: 'command' }],
  options: [
    { flags: '--lab <lab>', meaning: 'the lab of that name, as -n' },
    { flags: '--own', meaning: "weft's own tools, even where the genuine ones are installed" },
  ],
  passThrough: true,
  async run(context, words, voice) {
    const lab = words.text('lab');
    const place = lab === undefined ? words : new Words([], { name: lab });
    const { name } = await requireConnection(context, await findPlace(context, place));
    const labs = await context.labs();
    const genuine = words.flag('own') ? undefined : await genuineTools(context);
    const given = words.positional[0] === '--' ? words.positional.slice(1) : words.positional;
    const command = given.length > 0 ? given : [context.environment['SHELL'] || '/bin/sh'];
    const folder = genuine ?? `${context.installation}/qubes-tools`;
    const environment = {
      PATH: [folder, context.environment['PATH'] ?? '/usr/bin:/bin', context.installation].join(':'),
      WEFT_NAME: name,
      WEFT_QUBES_SOCKET: await labSocket(context, name),
    };
    if (given.length === 0)
      voice.info(`${genuine === undefined ? "weft's own" : 'the genuine'} qvm- tools mean lab ${name} here; exit leaves`);
    if (genuine === undefined) return await context.terminal.runForeground(command, { environment });
    await requireNamespaces(context);
    const inside = labs.asDom0(name, command);
    return await context.terminal.runForeground(inside.argv, { environment: { ...environment, ...inside.environment } });
  },
};

/** The folder of the genuine tools; undefined where there are none. */
async function genuineTools({ commands, environment, files, installation }: Context): Promise<string | undefined> {
  const named = environment['WEFT_QUBES_TOOLS'];
  if (named) {
    if (await files.exists(`${named}/qvm-ls`)) return named;
    throw new Refusal(
      EXIT.failed,
      `there is no qvm-ls in ${named}`,
      'WEFT_QUBES_TOOLS is to name the folder of the genuine tools',
    );
  }
  const found = await commands.find('qvm-ls');
  return found === undefined || found === `${installation}/qubes-tools/qvm-ls` ? undefined : found.replace(/\/qvm-ls$/, '');
}

/** A Refusal where an ordinary user may make none. */
async function requireNamespaces({ commands, isRoot }: Context): Promise<void> {
  if (isRoot) return;
  const { code, stderr } = await commands.run(['unshare', '--user', '--map-root-user', '--mount', 'true']);
  if (code === 0) return;
  const why = stderr.trim().replace(/^unshare: /, '');
  throw new Refusal(EXIT.failed, `the genuine tools need a mount namespace: ${why}`, "--own uses weft's own tools instead");
}
