import type { Files } from '../../boundary/files.ts';
import type { FoundTemplate, TemplateSource } from '../../generate/template-source.ts';
import { resolvePath } from '../paths.ts';

const ENDING = '.mustache';

/** The folders in which templates are searched, first first: QENETH_PATH (default: the lab's folder), then the bundled ones. */
export function templateFolders(qenethPath: string | undefined, labFolder: string, installation: string): readonly string[] {
  const own = (qenethPath || '.').split(':').filter((part) => part !== '');
  return [...new Set([...own.map((part) => resolvePath(labFolder, part)), `${installation}/templates`])];
}

/** Reads the named templates and every partial they lead to, so that generating needs no file any more. */
export async function loadTemplates(files: Files, folders: readonly string[], wanted: Iterable<string>): Promise<TemplateSource> {
  const found = new Map<string, FoundTemplate>();
  const partials = new Map<string, string>();
  for (const name of wanted) {
    if (!isPlain(name)) continue;
    for (const directory of folders) {
      const text = await files.readTextIfThere(`${directory}/${name}${ENDING}`);
      if (text === undefined) continue;
      found.set(name, { text, directory });
      await loadPartials(files, directory, text, partials);
      break;
    }
  }
  const names = await templateNames(files, folders);
  return {
    find: (name) => found.get(name),
    partial: (directory, name) => partials.get(`${directory}/${name}${ENDING}`),
    names: () => names,
  };
}

/** The templates that can be named, sorted. Folders that cannot be read offer none. */
export async function templateNames(files: Files, folders: readonly string[]): Promise<readonly string[]> {
  const lists = await Promise.all(folders.map(async (folder) => ((await files.exists(folder)) ? await files.list(folder) : [])));
  const names = lists.flat().filter((name) => name.endsWith(ENDING) && !name.startsWith('.'));
  return [...new Set(names.map((name) => name.slice(0, -ENDING.length)))].sort();
}

async function loadPartials(files: Files, directory: string, text: string, partials: Map<string, string>): Promise<void> {
  for (const [, name = ''] of text.matchAll(/\{\{>\s*([^}\s]+)\s*\}\}/g)) {
    const path = `${directory}/${name}${ENDING}`;
    if (partials.has(path) || name.split('/').includes('..')) continue;
    const partial = await files.readTextIfThere(path);
    if (partial === undefined) continue;
    partials.set(path, partial);
    await loadPartials(files, directory, partial, partials);
  }
}

/** A template is named, not addressed: no path leads out of the folders. */
function isPlain(name: string): boolean {
  return name !== '' && !name.startsWith('/') && !name.split('/').includes('..');
}
