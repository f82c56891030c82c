import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const FONTS = ['latin', 'latin-ext', 'cyrillic', 'greek'].flatMap((subset) =>
  [400, 700].map((weight) => `@fontsource/arimo/files/arimo-${subset}-${weight}-normal.woff2`),
);

/** The PNG renderer's WebAssembly, and a font with the widths that Graphviz assumes. */
export async function pngParts(): Promise<{ renderer: Uint8Array; fonts: readonly Uint8Array[] }> {
  const { resolve } = createRequire(import.meta.url);
  const [renderer, ...fonts] = await Promise.all(
    ['@resvg/resvg-wasm/index_bg.wasm', ...FONTS].map((name) => readFile(resolve(name))),
  );
  if (renderer === undefined) throw new Error('no renderer');
  return { renderer, fonts };
}
