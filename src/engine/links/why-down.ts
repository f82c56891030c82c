import type { Lab } from '../lab.ts';

/** Why a port has no carrier, as far as what is wanted of the lab explains it: its cable is unplugged, or one of its ends does not run. */
export function whyDown(lab: Lab | undefined, node: string, port: string): string | undefined {
  const link = lab?.linkOfPort.get(`${node}:${port}`);
  if (lab === undefined || link === undefined) return undefined;
  if (!lab.isPlugged(link.id)) return 'unplugged';
  const peer = link.tail.node === node && link.tail.port === port ? link.head : link.tail;
  const idle = [node, peer.node].find((name) => isIdle(lab, name));
  return idle === undefined ? undefined : `${idle} does not run`;
}

function isIdle(lab: Lab, node: string): boolean {
  const record = lab.records.get(node);
  return record !== undefined && record.process === undefined;
}
