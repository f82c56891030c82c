import type { Diagnostic, DiagnosticCode, Span } from '../model/diagnostic.ts';
import { parseMac } from '../model/mac-address.ts';
import type { LineIndex } from '../model/position.ts';
import { isGenerated, type TopologyNode } from '../model/topology.ts';
import type { Graph, Setting } from './graph.ts';
import { valueIn } from './node-role.ts';
import type { DrawnLink } from './read-links.ts';

/** A value that may stand once in a topology, and what asks for it. */
interface Claim {
  readonly code: DiagnosticCode;
  readonly value: string;
  readonly owner: string;
  readonly span: Span;
}

const TCP_PORTS = ['qn_console', 'qn_monitor', 'qn_kgdb', 'qn_ugdb'];

/** MACs, TCP ports and names of host interfaces that the file gives out twice. */
export function findDuplicateFaults(
  graph: Graph,
  nodes: ReadonlyMap<string, TopologyNode>,
  links: readonly DrawnLink[],
  lineOf: LineIndex,
): Diagnostic[] {
  const first = new Map<string, Claim>();
  const claims = [...claimedMacs(links), ...claimedTaps(links, nodes), ...claimedTcpPorts(graph, nodes)];
  return claims.flatMap((claim) => {
    const key = `${claim.code} ${claim.value}`;
    const before = first.get(key);
    if (before === undefined) {
      first.set(key, claim);
      return [];
    }
    const inherited = before.span.from === claim.span.from;
    const message = inherited
      ? `${claim.value} is given to both ${before.owner} and ${claim.owner}`
      : `${claim.value} of ${claim.owner} is taken by ${before.owner} in line ${lineOf(before.span.from).line}`;
    const hint = inherited ? 'a default for all cannot be used here: give each its own' : 'give each its own';
    return [{ code: claim.code, severity: 'error', message, hint, span: claim.span }];
  });
}

function claimedMacs(links: readonly DrawnLink[]): Claim[] {
  return links.flatMap(({ link, edge }) =>
    (['tail', 'head'] as const).flatMap((side) => {
      const setting = edge.settings.get(`qn_${side}mac`);
      const mac = setting === undefined ? undefined : parseMac(setting.value);
      if (setting === undefined || mac === undefined) return [];
      const { node, port } = link[side];
      return [
        {
          code: 'duplicate-mac' as const,
          value: mac,
          owner: port === undefined ? node : `${node}:${port}`,
          span: setting.valueSpan,
        },
      ];
    }),
  );
}

function claimedTaps(links: readonly DrawnLink[], nodes: ReadonlyMap<string, TopologyNode>): Claim[] {
  return links.flatMap(({ link, edge }) => {
    if (valueIn(edge.settings, 'qn_bridge') !== undefined) return [];
    const setting = edge.settings.get('qn_tap');
    const atHost = [link.tail, link.head].find((end) => nodes.get(end.node)?.kind === 'host');
    const value = setting?.value || atHost?.port;
    if (value === undefined) return [];
    return [
      { code: 'duplicate-interface-name' as const, value, owner: link.id, span: setting?.valueSpan ?? atHost?.span ?? edge.span },
    ];
  });
}

function claimedTcpPorts(graph: Graph, nodes: ReadonlyMap<string, TopologyNode>): Claim[] {
  return [...graph.nodes.values()].flatMap((node) => {
    const drawn = nodes.get(node.name);
    if (drawn === undefined || !isGenerated(drawn)) return [];
    return TCP_PORTS.flatMap((name) => {
      const own: Setting | undefined =
        valueIn(node.settings, name) === undefined ? graph.settings.get(name) : node.settings.get(name);
      if (own === undefined || !/^[0-9]+$/.test(own.value)) return [];
      return [
        {
          code: 'duplicate-tcp-port' as const,
          value: String(Number(own.value)),
          owner: `${node.name} (${name})`,
          span: own.valueSpan,
        },
      ];
    });
  });
}
