import type { Files } from '../../boundary/files.ts';

/**
 * NODE.yaml and NODE of nodes that are no longer in the lab. A file counts as ours only where NODE.yaml says that it is about NODE of
 * this lab and lists links, as generate writes it; disks and logs of such a node stay.
 */
export async function staleFiles(
  files: Files,
  directory: string,
  lab: string,
  written: ReadonlySet<string>,
): Promise<readonly string[]> {
  const there = await files.list(directory);
  const stale: string[] = [];
  for (const name of there) {
    if (!name.endsWith('.yaml') || written.has(name)) continue;
    const node = name.slice(0, -'.yaml'.length);
    const text = await files.readTextIfThere(`${directory}/${name}`);
    if (text === undefined || !isOurs(text, lab, node)) continue;
    stale.push(name, ...(there.includes(node) && !written.has(node) ? [node] : []));
  }
  return stale;
}

function isOurs(text: string, lab: string, node: string): boolean {
  const lines = text.split('\n', 200).map((line) => line.trimEnd());
  const says = (key: string, value: string) => [`${key}: "${value}"`, `${key}: ${value}`].some((line) => lines.includes(line));
  return (
    says('graph', lab) &&
    says('name', node) &&
    lines.some((line) => line.startsWith('links:')) &&
    lines.some((line) => line.startsWith('qn_template:'))
  );
}
