import type { Verb } from '../verb.ts';
import { attachTo } from './console.ts';

export const monitorVerb: Verb = {
  name: 'monitor',
  summary: "attach to a virtual machine's QEMU monitor",
  help: `Ctrl-] opens a prompt; there q and enter leave. Typed at the (qemu) prompt itself, quit ends the machine.

Examples:
  weft monitor server
  echo 'info network' | weft monitor server`,
  positional: [{ syntax: '<node>', meaning: 'the node', completes: 'node' }],
  run: (context, words, voice) => attachTo(context, words, voice, words.positional[0] ?? '', 'monitor'),
};
