import type { Files } from '../../boundary/files.ts';
import { HostError } from '../../boundary/host-error.ts';
import { examineKeyfile } from '../../keyfile/examine-keyfile.ts';
import { KEYFILE_ENDING, KEYFILES, NODE_FOLDER_ENDING, PERSISTENT } from '../../keyfile/node-folder.ts';
import type { Diagnostic, Source } from '../../model/diagnostic.ts';
import { isGenerated, type Topology } from '../../model/topology.ts';
import { nameHint } from '../name-hint.ts';

/** A file or folder of a node, and what is wrong with it. */
export interface CheckedFile {
  readonly source: Source;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Looks at the nodes' own folders in a lab's directory, NODE.d/rw: their keyfiles, and whether there is such a node. `shown` is the
 * directory as people know it, with a slash at its end where it is not empty. Gives only what is wrong.
 */
export async function checkNodeFolders(
  files: Files,
  directory: string,
  shown: string,
  { nodes }: Pick<Topology, 'nodes'>,
): Promise<readonly CheckedFile[]> {
  const names = nodes.filter(isGenerated).map(({ name }) => name);
  const folders = (await entriesOf(files, directory)).filter((name) => name.endsWith(NODE_FOLDER_ENDING));
  const checked: CheckedFile[] = [];
  for (const folder of folders) {
    if (!(await files.exists(`${directory}/${folder}/${PERSISTENT}`))) continue;
    const node = folder.slice(0, -NODE_FOLDER_ENDING.length);
    if (names.includes(node))
      checked.push(...(await checkKeyfiles(files, `${directory}/${folder}/${KEYFILES}`, `${shown}${folder}/${KEYFILES}`)));
    else checked.push({ source: { path: `${shown}${folder}`, text: '' }, diagnostics: [nobodys(node, names)] });
  }
  return checked;
}

async function checkKeyfiles(files: Files, folder: string, shown: string): Promise<readonly CheckedFile[]> {
  const names = (await entriesOf(files, folder)).filter((name) => name.endsWith(KEYFILE_ENDING) && !name.startsWith('.'));
  const texts = await files.readTextsIfThere(names.map((name) => `${folder}/${name}`));
  return names.flatMap((name, at) => {
    const text = texts[at] ?? '';
    const { diagnostics } = examineKeyfile(text);
    return diagnostics.length === 0 ? [] : [{ source: { path: `${shown}/${name}`, text }, diagnostics }];
  });
}

function nobodys(node: string, names: readonly string[]): Diagnostic {
  const hint = nameHint(node, names);
  return {
    code: 'no-effect',
    severity: 'warning',
    message: `no node that runs is named ${node}, so nobody is given what is in this folder`,
    ...(hint === undefined ? {} : { hint }),
    span: { from: 0, to: 0 },
  };
}

/** None where there is no such folder. */
async function entriesOf(files: Files, folder: string): Promise<readonly string[]> {
  try {
    return await files.list(folder);
  } catch (failure) {
    if (failure instanceof HostError && ['ENOENT', 'ENOTDIR'].includes(failure.code)) return [];
    throw failure;
  }
}
