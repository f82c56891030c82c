import { basename, dirname } from 'node:path';
import { setAside } from '../engine/desired/document.ts';
import { fileEdges } from '../host/file-edges.ts';
import { isHalfOf, systemFiles } from '../host/files.ts';

/** What a lab's document says about where the lab has left files. */
export interface LabSubject {
  /** Empty where nobody knows. */
  readonly directory: string;
  /** Nodes by name; undefined where the document is missing or torn. */
  readonly nodes: readonly string[] | undefined;
}

/** Reads as much as there is of a document: of a torn one the directory, if that is in it. */
function subjectOf(untrustedText: string | undefined): LabSubject {
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

/**
 * Where the lab of a document is, and whether the document is torn; undefined where there is none. Documents of large labs are long and every
 * command asks, so of one that ends as documents do only the beginning is read.
 */
export async function whereabouts(document: string): Promise<{ readonly directory: string; readonly torn: boolean } | undefined> {
  const edges = fileEdges(document, { first: 16_384, last: 2 });
  const begin = edges?.last === '}\n' ? WHERE.exec(edges.first) : null;
  if (begin !== null) return { directory: textOf(begin[1] ?? ''), torn: false };
  const text = await systemFiles.readTextIfThere(document);
  if (text === undefined) return undefined;
  const { directory, nodes } = subjectOf(text);
  return { directory, torn: nodes === undefined };
}

/** How a document of ours begins: the lab's name, then its directory. */
const WHERE = /^\{"version":\d+,"spec":\{"name":"(?:[^"\\]|\\.)*","directory":("(?:[^"\\]|\\.)*")/;

/** What the names of a lab's document, and of one that could not be read, end with. */
export const documentSuffixes: readonly string[] = ['.json', `.json${setAside}`];

/** What a lab has left in the folder of documents and in its own directory, and whether commands had changed its topology. */
export async function tracesOf(document: string): Promise<{ readonly changed: boolean; readonly files: readonly string[] }> {
  const text = await systemFiles.readTextIfThere(document);
  const { directory, nodes } = subjectOf(text);
  const inDirectory = directory.startsWith('/') ? await pidFiles(directory, nodes ?? []) : [];
  const own = new Set([basename(document), `${basename(document)}${setAside}`]);
  return { changed: isChanged(text), files: [...(await withHalves(dirname(document), own)), ...inDirectory] };
}

/** Removes a lab's document and, in the lab's directory, the process numbers; with halves of them that a killed engine left. */
export async function removeTraces(document: string): Promise<void> {
  for (const file of (await tracesOf(document)).files) await systemFiles.remove(file);
}

/** Process numbers of the nodes that a document names, and of others that files were generated for: commands may have made them. */
async function pidFiles(directory: string, nodes: readonly string[]): Promise<readonly string[]> {
  if (!(await systemFiles.exists(directory))) return [];
  const there = new Set(await systemFiles.list(directory));
  const generated = [...there].flatMap((name) => (there.has(`${name}.yaml`) ? [name] : []));
  return await withHalves(directory, new Set([...nodes, ...generated].map((name) => `${name}.pid`)));
}

async function withHalves(folder: string, targets: ReadonlySet<string>): Promise<readonly string[]> {
  if (!(await systemFiles.exists(folder))) return [];
  const written = [...targets];
  const names = await systemFiles.list(folder);
  const isOurs = (name: string) =>
    targets.has(name) || (name.endsWith('.new') && written.some((target) => isHalfOf(target, name)));
  return names.filter(isOurs).map((name) => `${folder}/${name}`);
}

function isChanged(untrustedText: string | undefined): boolean {
  try {
    const { changes } = JSON.parse(untrustedText ?? '') as { changes?: Readonly<Record<string, unknown>> };
    return Object.values(changes ?? {}).some((part) => typeof part === 'object' && part !== null && Object.keys(part).length > 0);
  } catch {
    return false;
  }
}

function textOf(json: string): string {
  try {
    return String(JSON.parse(json));
  } catch {
    return '';
  }
}
