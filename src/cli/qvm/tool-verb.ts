import type { Verb } from '../verb.ts';
import { toolHelp } from './read-tool-words.ts';
import { runTool } from './run-tool.ts';
import type { Tool } from './tool.ts';

/** A tool as a verb of weft: words behind its name are its own to read, -C and -n stand before it. */
export function toolVerb(tool: Tool, name: string = tool.name): Verb {
  const program = /^(qvm|qubes)-/.test(name) ? name : `weft ${name}`;
  return {
    name,
    summary: tool.summary,
    help: tool.help,
    positional: tool.positional,
    ...(tool.options === undefined ? {} : { options: tool.options }),
    ownWords: { help: (identity) => toolHelp(tool, { ...identity, program }) },
    run: (context, words) => runTool(tool, { context, program, place: words }, words.positional),
  };
}
