import type { Diagnostic, DiagnosticCode, Span } from '../model/diagnostic.ts';
import { interfaceNameFault } from '../model/interface-name.ts';
import { nearestName } from '../model/nearest-name.ts';
import type { LineIndex } from '../model/position.ts';
import type { Attributes, TopologyNode } from '../model/topology.ts';
import { isCompassPoint } from './compass.ts';
import type { DrawnLink } from './read-links.ts';

/** What is wrong with the ends of links: ports missing, used twice, or unfit to be interfaces. */
export function findEndFaults(
  links: readonly DrawnLink[],
  nodes: ReadonlyMap<string, TopologyNode>,
  lineOf: LineIndex,
): Diagnostic[] {
  const faults = new EndFaults(nodes, lineOf);
  for (const link of links) faults.check(link);
  return faults.diagnostics;
}

class EndFaults {
  readonly diagnostics: Diagnostic[] = [];
  readonly #nodes: ReadonlyMap<string, TopologyNode>;
  readonly #lineOf: LineIndex;
  /** By node, then by port. */
  readonly #usedAt = new Map<string, Map<string, Span>>();
  readonly #groups = new Set<number>();

  constructor(nodes: ReadonlyMap<string, TopologyNode>, lineOf: LineIndex) {
    this.#nodes = nodes;
    this.#lineOf = lineOf;
  }

  check({ link, edge }: DrawnLink): void {
    const { tail, head } = link;
    if (tail.node === head.node && tail.port === head.port && tail.port !== undefined) {
      this.#report(
        'self-link',
        `this link joins the port ${tail.port} of ${tail.node} to itself`,
        'join it to another port',
        edge.span,
      );
      return;
    }
    for (const [end, drawn] of [[tail, edge.tail] as const, [head, edge.head] as const]) {
      const node = this.#nodes.get(end.node);
      if (node === undefined || node.kind === 'hub') continue;
      const span = end.span ?? edge.span;
      if (end.port === undefined) this.#missing(node, drawn.port, span);
      else this.#present(node, end.port, drawn.portSpan ?? span, link.attributes);
    }
  }

  #missing(node: TopologyNode, drawn: string | undefined, span: Span): void {
    if (this.#groups.has(span.from)) return;
    this.#groups.add(span.from);
    const side = drawn !== undefined && isCompassPoint(drawn);
    const free = node.labelPorts.length > 0 ? ` (its label names ${list(node.labelPorts)})` : '';
    this.#report(
      'edge-without-port',
      side
        ? `${drawn} is a side of the drawing, not a port of ${node.name}`
        : `the link does not say which port of ${node.name} it joins${free}`,
      `write ${node.name}:${node.labelPorts[0] ?? 'PORT'}${side ? `:${drawn}` : ''}`,
      span,
    );
  }

  #present(node: TopologyNode, port: string, span: Span, attributes: Attributes): void {
    const used = this.#usedPorts(node);
    const before = used.get(port);
    if (before !== undefined) {
      const line = this.#lineOf(before.from).line;
      this.#report(
        'port-in-two-links',
        `the port ${port} of ${node.name} is in another link already, in line ${line}`,
        this.#freePort(node),
        span,
      );
      return;
    }
    used.set(port, span);
    const isInterface =
      node.kind === 'vm' ||
      node.kind === 'namespace' ||
      (node.kind === 'host' && !attributes['qn_tap'] && !attributes['qn_bridge']);
    const fault = isInterface ? interfaceNameFault(port) : undefined;
    if (fault !== undefined)
      this.#report('unfit-interface-name', `${port} cannot name an interface: ${fault}`, 'name it like eth0', span);
    if (node.labelPorts.length > 0 && !node.labelPorts.includes(port)) {
      const meant = nearestName(port, node.labelPorts);
      this.#report(
        'edge-port-not-in-label',
        `the label of ${node.name} does not name the port ${port}, only ${list(node.labelPorts)}`,
        `the interface will be called ${port}${meant ? `; if you meant ${meant}, write that` : ''}; to draw it, write <${port}> in the label`,
        span,
        'warning',
      );
    }
  }

  #usedPorts({ name }: TopologyNode): Map<string, Span> {
    const known = this.#usedAt.get(name);
    if (known !== undefined) return known;
    const fresh = new Map<string, Span>();
    this.#usedAt.set(name, fresh);
    return fresh;
  }

  #freePort(node: TopologyNode): string {
    const used = this.#usedPorts(node);
    const free = node.labelPorts.find((port) => !used.has(port));
    return free === undefined
      ? 'a port holds one cable; use another port, or join both to a node with qn_hub="true"'
      : `${free} of ${node.name} may be free`;
  }

  #report(code: DiagnosticCode, message: string, hint: string, span: Span, severity: Diagnostic['severity'] = 'error'): void {
    this.diagnostics.push({ code, severity, message, hint, span });
  }
}

function list(ports: readonly string[]): string {
  return ports.length <= 6 ? ports.join(', ') : `${ports.slice(0, 6).join(', ')} and ${ports.length - 6} more`;
}
