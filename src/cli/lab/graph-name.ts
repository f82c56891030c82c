import type { Files } from '../../boundary/files.ts';

/** The graph's name as the first lines say it, without reading the whole file. */
export async function graphNameIn(files: Files, input: string | undefined): Promise<string | undefined> {
  const text = input === undefined ? undefined : await files.readTextIfThere(input);
  const found =
    /^\s*(?:(?:\/\/|#)[^\n]*\n\s*|\/\*(?:[^*]|\*(?!\/))*\*\/\s*)*(?:strict\s+)?(?:di)?graph\s+(?:"((?:[^"\\]|\\.)*)"|([\w.-]+))/i.exec(
      text ?? '',
    );
  return found?.[1] ?? found?.[2];
}
