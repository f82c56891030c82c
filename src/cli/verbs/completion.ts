import { UsageError } from '../complaints.ts';
import { COMPLETION_SCRIPTS } from '../completion/scripts.ts';
import { EXIT } from '../exit-codes.ts';
import { nameOf } from '../paths.ts';
import type { Verb } from '../verb.ts';

export const completionVerb: Verb = {
  name: 'completion',
  summary: 'print the completion script for bash, zsh or fish',
  help: `Completes verbs, options, and the names of nodes, ports, labs, templates and examples as they are now; for weft, qeneth and
Qubes' tools under their own names.

To load it in every session:
  bash:  weft completion bash > ~/.local/share/bash-completion/completions/weft && ln -s weft ~/.local/share/bash-completion/completions/qeneth
  zsh:   weft completion zsh > ~/.zfunc/_weft     # with fpath+=~/.zfunc before compinit in ~/.zshrc
  fish:  weft completion fish > ~/.config/fish/completions/weft.fish
For this session only:  source <(weft completion bash)`,
  positional: [{ syntax: '[shell]', meaning: 'bash, zsh or fish; the one you use where left out', completes: 'shell' }],
  run(context, words) {
    const shell = words.positional[0] ?? nameOf(context.environment['SHELL'] ?? 'bash');
    const script = COMPLETION_SCRIPTS[shell];
    if (script === undefined)
      throw new UsageError(`no completion for ${shell}`, `there is one for ${Object.keys(COMPLETION_SCRIPTS).join(', ')}`);
    context.terminal.stdout.write(script);
    return Promise.resolve(EXIT.ok);
  },
};
