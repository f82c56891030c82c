import { basename, dirname } from 'node:path';
import { setAside } from '../engine/document.ts';
import { isHalfOf, systemFiles } from '../host/files.ts';

/** What a lab's document says about where the lab has left files. */
export interface LabSubject {
  /** Empty where nobody knows. */
  readonly directory: string;
  /** Nodes by name; undefined where the document is missing or torn. */
  readonly nodes: readonly string[] | undefined;
}

/** Reads as much as there is of a document: of a torn one the directory, if that is in it. */
export function subjectOf(untrustedText: string | undefined): LabSubject {
  try {
    const { spec } = JSON.parse(untrustedText ?? '') as {
      spec?: { directory?: unknown; topology?: { nodes?: { name: string }[] } };
    };
    const nodes = spec?.topology?.nodes?.map(({ name }) => String(name));
    return { directory: typeof spec?.directory === 'string' ? spec.directory : '', nodes };
  } catch {
    const [, directory] = /"directory":("(?:[^"\\]|\\.)*")/.exec(untrustedText ?? '') ?? [];
    return { directory: directory === undefined ? '' : textOf(directory), nodes: undefined };
  }
}

/** Removes a lab's document and, in the lab's directory, the process numbers; with halves of them that a killed engine left. */
export async function removeTraces(document: string): Promise<void> {
  const { directory, nodes } = subjectOf(await systemFiles.readTextIfThere(document));
  if (directory.startsWith('/')) {
    const names = nodes ?? (await generatedIn(directory));
    await removeWithHalves(directory, new Set(names.map((name) => `${name}.pid`)));
  }
  await removeWithHalves(dirname(document), new Set([basename(document), `${basename(document)}${setAside}`]));
}

/** The nodes that files were generated for in a lab's directory. */
async function generatedIn(directory: string): Promise<readonly string[]> {
  if (!(await systemFiles.exists(directory))) return [];
  return (await systemFiles.list(directory))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length));
}

async function removeWithHalves(folder: string, targets: ReadonlySet<string>): Promise<void> {
  if (!(await systemFiles.exists(folder))) return;
  const written = [...targets];
  for (const name of await systemFiles.list(folder)) {
    const half = name.endsWith('.new') && written.some((target) => isHalfOf(target, name));
    if (half || targets.has(name)) await systemFiles.remove(`${folder}/${name}`);
  }
}

function textOf(json: string): string {
  try {
    return String(JSON.parse(json));
  } catch {
    return '';
  }
}
