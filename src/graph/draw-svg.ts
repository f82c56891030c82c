import { instance } from '@viz-js/viz';
import type { Picture } from './picture.ts';
import { placementOf } from './placement.ts';
import { printPicture } from './print-picture.ts';

/** The layout engines of Graphviz. */
export const ENGINES = ['dot', 'neato', 'circo', 'fdp', 'sfdp', 'twopi', 'osage', 'patchwork'] as const;
export type Engine = (typeof ENGINES)[number];

/** More nodes than this are laid out by sfdp unless asked otherwise: dot takes minutes there. */
const MANY = 150;

export function defaultEngine(picture: Picture): Engine {
  return picture.nodes.length > MANY ? 'sfdp' : 'dot';
}

/**
 * The DOT text to draw, after a first drawing has shown where the nodes go. Rejects with a plain Error when Graphviz refuses its own
 * engine's input, which is a bug of ours.
 */
async function layOut(picture: Picture, engine: Engine): Promise<{ dot: string; engine: string }> {
  if (engine === 'patchwork' || engine === 'osage') return { dot: printPicture(picture), engine };
  const viz = await instance();
  const first = viz.render(printPicture(picture), { engine, format: 'json' });
  if (first.status !== 'success') throw new Error(`Graphviz: ${first.errors.map((error) => error.message).join('; ')}`);
  const placement = placementOf(JSON.parse(first.output));
  return engine === 'dot'
    ? { dot: printPicture(picture, placement), engine }
    : { dot: printPicture(picture, placement, 'fixed'), engine: 'nop' };
}

/** The picture as SVG. Its text is set in a font with the widths of Arial. */
export async function drawSvg(picture: Picture, engine: Engine): Promise<string> {
  const laidOut = await layOut(picture, engine);
  const result = (await instance()).render(laidOut.dot, { engine: laidOut.engine, format: 'svg' });
  if (result.status !== 'success') throw new Error(`Graphviz: ${result.errors.map((error) => error.message).join('; ')}`);
  return withoutEmptyLinks(result.output).replaceAll(
    'font-family="Arial"',
    'font-family="Arimo,Arial,Helvetica,Liberation Sans,sans-serif"',
  );
}

/** Graphviz writes tooltips as links that lead nowhere; a title in a group shows them just as well. */
function withoutEmptyLinks(svg: string): string {
  return svg.replaceAll(/<a (?:xlink:href="#" )?xlink:title="([^"]*)">/g, '<g><title>$1</title>').replaceAll('</a>', '</g>');
}
