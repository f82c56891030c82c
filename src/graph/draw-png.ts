import { initWasm, Resvg } from '@resvg/resvg-wasm';

let initialised: Promise<void> | undefined;

/** An SVG as PNG bytes, `scale` pixels to one of its units. `renderer` is the package's WebAssembly, `fonts` the font files to set text with. */
export async function drawPng(
  svg: string,
  parts: { renderer: Uint8Array; fonts: readonly Uint8Array[]; scale: number },
): Promise<Uint8Array> {
  initialised ??= initWasm(parts.renderer);
  await initialised;
  const image = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: parts.scale },
    background: 'white',
    font: { fontBuffers: [...parts.fonts], defaultFontFamily: 'Arimo', sansSerifFamily: 'Arimo' },
  }).render();
  return image.asPng();
}
