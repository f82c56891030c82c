import type { Picture } from '../../graph/picture.ts';
import type { LabStatus } from '../../model/lab-status.ts';
import { Refusal } from '../complaints.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { idleLab, isUplink, type PicturedLab, uplinkFacts } from '../graph/uplink-facts.ts';
import { findPlace } from '../lab/place.ts';
import { requireLab } from '../lab/read-lab.ts';
import { connectionTo } from '../lab/session.ts';
import { resolvePath } from '../paths.ts';
import type { Verb } from '../verb.ts';

const TYPES = ['svg', 'png', 'dot', 'mermaid'] as const;
type PictureType = (typeof TYPES)[number];
const LAYOUTS = ['dot', 'neato', 'circo', 'fdp', 'sfdp', 'twopi', 'osage', 'patchwork'] as const;
/** Pixels of a PNG for one of the picture's points. */
const SCALE = 2;

export const graphVerb: Verb = {
  name: 'graph',
  summary: 'draw the lab, with live states while it runs',
  help: `Running nodes are green, starting ones amber, stopped ones grey, lost ones red; unplugged links are dashed red. Uplinks are blue with
an arrow to their provider, and dashed grey while they are not attached. Tooltips of the SVG show MACs, addresses and process numbers.
Needs no Graphviz on the machine.
-T dot prints the topology itself, with what commands have changed of it: a file that weft apply accepts.
--uplinks draws the tree of uplinks alone, providers above their clients: interfaces and addresses, firewalls and forwarded ports. With it
-T dot is the picture.

Examples:
  weft graph -o lab.svg
  weft graph -o lab.png -K neato
  weft graph -T mermaid >> NOTES.md
  weft graph --uplinks -o uplinks.png`,
  positional: [{ syntax: '[path]', meaning: 'a topology file, or the directory of one', completes: 'path' }],
  options: [
    { flags: '-T, --type <type>', meaning: "what to write (default: by the ending of -o's file, else svg)", choices: TYPES },
    {
      flags: '-K, --layout <engine>',
      meaning: 'the layout engine of Graphviz (default: dot, for large labs sfdp)',
      choices: LAYOUTS,
    },
    { flags: '--uplinks', meaning: 'draw who provides whose network instead of the links' },
    { flags: '-o, --output <file>', meaning: 'write to FILE instead of standard output', completes: 'path' },
  ],
  shares: ['template'],
  async run(context, words, voice) {
    const place = await findPlace(context, words, words.positional[0]);
    const output = words.text('output');
    const type = (words.text('type') ?? TYPES.find((ending) => output?.endsWith(`.${ending}`)) ?? 'svg') as PictureType;
    if (type === 'png' && output === undefined && context.terminal.stdout.isTty) {
      throw new Refusal(EXIT.usage, 'a PNG is not for a terminal', 'name a file: weft graph -T png -o lab.png');
    }
    const lab = await requireLab(context, voice, place, words.text('template'), 'none');
    const connection = await connectionTo(context, place);
    const status = await connection?.call('status', { ports: true });
    const desired = await connection?.call('desired', {});
    const known = desired ?? idleLab(lab.topology);
    const uplinks = words.flag('uplinks');
    const content =
      type === 'dot' && !uplinks
        ? (await import('../../dot/print-topology.ts')).printTopology(known.topology)
        : await draw(
            context,
            await (uplinks ? picturedUplinks : pictured)(known, status, context.secondsSince1970()),
            type,
            words.text('layout'),
          );
    if (output === undefined) {
      context.terminal.stdout.write(content);
      return EXIT.ok;
    }
    await context.files.replace(resolvePath(context.directory, output), content);
    return EXIT.ok;
  },
};

/** Links of the feature attach-network-to are drawn while they exist, and uplinks always. */
async function pictured(lab: PicturedLab, status: LabStatus | undefined, now: number): Promise<Picture> {
  const { pictureOf } = await import('../../graph/picture.ts');
  const { connections, numbers, topology } = lab;
  const attached = connections.filter((link) => !isUplink(link, numbers));
  return pictureOf({ ...topology, links: [...topology.links, ...attached] }, status, uplinkFacts(lab, now).uplinks);
}

async function picturedUplinks(lab: PicturedLab, status: LabStatus | undefined, now: number): Promise<Picture> {
  const picture = (await import('../../graph/uplinks-picture.ts')).uplinksPictureOf(lab.topology, status, uplinkFacts(lab, now));
  if (picture.nodes.length > 0) return picture;
  throw new Refusal(EXIT.failed, `no node of ${lab.topology.name} has an uplink`, 'give some a qn_netvm');
}

async function draw(
  context: Context,
  picture: Picture,
  type: PictureType,
  layout: string | undefined,
): Promise<string | Uint8Array> {
  if (type === 'mermaid') return (await import('../../graph/print-mermaid.ts')).printMermaid(picture);
  if (type === 'dot') return (await import('../../graph/print-picture.ts')).printPicture(picture);
  const { defaultEngine, drawSvg } = await import('../../graph/draw-svg.ts');
  const engine = LAYOUTS.find((name) => name === layout) ?? defaultEngine(picture);
  const svg = await drawSvg(picture, engine);
  if (type === 'svg') return svg;
  const [{ drawPng }, parts] = await Promise.all([import('../../graph/draw-png.ts'), context.pngParts()]);
  return await drawPng(svg, { ...parts, scale: SCALE });
}
