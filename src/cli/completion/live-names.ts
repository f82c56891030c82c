import type { Topology } from '../../model/topology.ts';
import { isGenerated } from '../../model/topology.ts';
import { compareVersions } from '../../model/version-order.ts';
import type { Context } from '../context.ts';
import { templateFolders, templateNames } from '../lab/load-templates.ts';
import { findPlace, type Place } from '../lab/place.ts';
import { connectionTo } from '../lab/session.ts';
import { exampleNames } from '../verbs/example.ts';
import { Words } from '../words.ts';
import type { LiveNames, WhereAbouts } from './candidates.ts';

/** Names as they are now. Completion never complains: what cannot be found out is offered as nothing. */
export function liveNames(context: Context, where: WhereAbouts): LiveNames {
  const words = new Words([], {
    directory: where.directory ?? context.environment['WEFT_DIRECTORY'],
    name: where.name ?? context.environment['WEFT_NAME'],
  });
  const place = () => findPlace(context, words);
  return {
    nodes: () => orNothing(async () => await nodeNames(context, await place())),
    ports: (node) => orNothing(async () => await portNames(context, await place(), node)),
    capturePlaces: () => orNothing(async () => await capturePlaces(context, await place())),
    labs: () => orNothing(async () => (await (await context.labs()).list()).map(({ name }) => name)),
    templates: () =>
      orNothing(async () => {
        const { files } = await place();
        return await templateNames(
          context.files,
          templateFolders(context.environment['QENETH_PATH'], files, context.installation),
        );
      }),
    examples: () => orNothing(() => exampleNames(context)),
  };
}

async function nodeNames(context: Context, place: Place): Promise<readonly string[]> {
  const topology = await topologyOf(context, place);
  if (topology !== undefined) return topology.nodes.filter(isGenerated).map(({ name }) => name);
  const status = await (await connectionTo(context, place))?.call('status', { ports: false });
  return (status?.nodes ?? []).map(({ name }) => name);
}

async function portNames(context: Context, place: Place, node: string): Promise<readonly string[]> {
  const topology = await topologyOf(context, place);
  const ends = (topology?.links ?? []).flatMap(({ tail, head }) => [tail, head]).filter((end) => end.node === node);
  return [...new Set(ends.flatMap(({ port }) => (port === undefined ? [] : [port])))].sort(compareVersions);
}

async function capturePlaces(context: Context, place: Place): Promise<readonly string[]> {
  const topology = await topologyOf(context, place);
  const ends = (topology?.links ?? []).flatMap(({ tail, head }) => [tail, head]);
  const ports = ends.flatMap(({ node, port }) => (port === undefined ? [] : [`${node}:${port}`]));
  return [...new Set([...ends.map(({ node }) => node), ...ports])].sort(compareVersions);
}

async function topologyOf(context: Context, place: Place): Promise<Topology | undefined> {
  if (place.input === undefined) return undefined;
  const { readTopology } = await import('../../dot/read-topology.ts');
  return readTopology({ path: place.input, text: await context.files.readText(place.input) }, { defaultName: 'lab' }).topology;
}

async function orNothing(names: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await names();
  } catch {
    return [];
  }
}
