import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { drawPng } from './draw-png.ts';

it('draws text with the font it is given', async () => {
  const renderer = readFileSync(new URL('../../node_modules/@resvg/resvg-wasm/index_bg.wasm', import.meta.url));
  const font = readFileSync(new URL('../../node_modules/@fontsource/arimo/files/arimo-latin-400-normal.woff2', import.meta.url));
  const draw = (text: string, fonts: readonly Uint8Array[]) =>
    drawPng(
      `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="20"><text y="15" font-family="Arimo">${text}</text></svg>`,
      { renderer, fonts, scale: 2 },
    );
  const picture = await draw('server', [font]);
  expect([...picture.subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
  expect(picture.length).toBeGreaterThan((await draw('server', [])).length);
});
