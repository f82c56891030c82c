import type { SharedOption, VerbOption } from './verb.ts';

/** Options with one meaning wherever they appear. */
export const SHARED_OPTIONS: Readonly<Record<SharedOption, VerbOption>> & { readonly always: readonly VerbOption[] } = {
  always: [
    { flags: '-C, --directory <dir>', meaning: 'work as if started in DIR', env: 'WEFT_DIRECTORY', completes: 'path' },
    {
      flags: '-n, --name <lab>',
      meaning:
        'the lab of that name, from anywhere; in a directory with a topology: a second lab of that file, kept in NAME.lab/',
      env: 'WEFT_NAME',
    },
    { flags: '-q, --quiet', meaning: 'print only results, warnings and errors', env: 'WEFT_QUIET' },
    { flags: '--no-color', meaning: 'plain text; also by the environment variable NO_COLOR' },
  ],
  json: { flags: '--json', meaning: 'print JSON for programs', env: 'WEFT_JSON' },
  template: {
    flags: '--template <name>',
    meaning: "use this template for every node instead of the file's",
    env: 'WEFT_TEMPLATE',
  },
  yes: {
    flags: '-y, --yes',
    meaning: 'install missing system packages without asking (root, Debian and relatives)',
    env: 'WEFT_YES',
  },
};
