import { initWasm, Resvg } from '@resvg/resvg-wasm';

let initialised: Promise<void> | undefined;

/** No side of a PNG is longer, in pixels: beyond it the renderer runs out of memory. */
const LONGEST = 8000;

/** An SVG as PNG bytes, `scale` pixels to one of its units, fewer where it would get too large. `renderer` is the package's WebAssembly, `fonts` the font files to set text with. */
export async function drawPng(
  svg: string,
  parts: { renderer: Uint8Array; fonts: readonly Uint8Array[]; scale: number },
): Promise<Uint8Array> {
  initialised ??= initWasm(parts.renderer);
  await initialised;
  const image = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: Math.min(parts.scale, LONGEST / longestSide(svg)) },
    background: 'white',
    font: { fontBuffers: [...parts.fonts], defaultFontFamily: 'Arimo', sansSerifFamily: 'Arimo' },
  }).render();
  return image.asPng();
}

/** The longer side that the SVG's head asks for, in its units; Graphviz writes points, of which the renderer makes 4/3 pixels each. */
function longestSide(svg: string): number {
  const sides = [...svg.slice(0, 2000).matchAll(/\b(?:width|height)="([\d.]+)(pt)?"/g)].slice(0, 2);
  return Math.max(1, ...sides.map(([, length, unit]) => Number(length) * (unit === 'pt' ? 4 / 3 : 1)));
}
