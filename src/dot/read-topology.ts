import type { Diagnostic, Source } from '../model/diagnostic.ts';
import { indexLines } from '../model/position.ts';
import type { Topology, TopologyNode } from '../model/topology.ts';
import { findAttachmentFaults } from './attachment-faults.ts';
import { findAttributeFaults } from './attribute-faults.ts';
import { attributesOf } from './attributes-of.ts';
import { findConditionFaults } from './condition-faults.ts';
import { findDeviceFaults } from './device-faults.ts';
import { findDuplicateFaults } from './duplicate-faults.ts';
import { evaluate } from './evaluate.ts';
import { evaluatePlain } from './evaluate-plain.ts';
import { findFirewallFaults } from './firewall-faults.ts';
import { findForwardFaults } from './forward-faults.ts';
import { type LabelPorts, labelPortsOf } from './label-ports.ts';
import { findEndFaults } from './link-faults.ts';
import { mergeFault } from './merge-fault.ts';
import { labNameFault, nodeNameFaults } from './name-faults.ts';
import { DEFAULT_TEMPLATE, roleOf } from './node-role.ts';
import { notTextFault } from './not-text.ts';
import { overrideTemplates } from './override-templates.ts';
import { type DrawnLink, readLinks } from './read-links.ts';
import { shorten } from './shorten.ts';
import type { Evaluation } from './statements.ts';
import { findHeaderFault, findSyntaxFaults } from './syntax-faults.ts';
import { parseTree } from './syntax-tree.ts';
import { findTemplateFaults } from './template-faults.ts';
import { findTokenFaults } from './token-faults.ts';
import { findUnusedFaults } from './unused-faults.ts';
import { findUplinkFaults } from './uplink-faults.ts';

const LONGEST_SENTENCE = 400;

export interface ReadOptions {
  /** The lab's name where the graph has none. */
  readonly defaultName: string;
  /** Replaces the template of every node that has one; `namespace` makes them namespaces. The attributes say so too. */
  readonly templateOverride?: string;
  /** Names of the templates that exist; where absent, nothing is said about unknown ones. One named `node` is every node's default. */
  readonly templates?: readonly string[];
}

export interface ReadOutcome {
  /** Undefined when a diagnostic is an error. */
  readonly topology: Topology | undefined;
  /** In the order of the text. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads a topology file. Never throws for any text. Every mistake that can be told apart is reported; after a mistake in the syntax only those
 * that do not depend on the rest of the file and stand in other lines.
 */
export function readTopology(source: Source, options: ReadOptions): ReadOutcome {
  const { text } = source;
  const unreadable = notTextFault(text) ?? findHeaderFault(text);
  if (unreadable) return { topology: undefined, diagnostics: inOrder([unreadable]) };
  const plain = evaluatePlain(text);
  if (plain !== undefined) return understood(source, plain, options);
  const tokens = findTokenFaults(text);
  const deep = tokens.diagnostics.find(({ code }) => code === 'too-deep');
  if (deep) return { topology: undefined, diagnostics: [deep] };
  const tree = parseTree(text, tokens.htmlTexts);
  const syntax = findSyntaxFaults(text, tokens, tree);
  const evaluation = evaluate(text, tree);
  if (syntax.length === 0) return understood(source, evaluation, options);
  const lineOf = indexLines(text);
  const lines = new Set(syntax.map(({ span }) => lineOf(span.from).line));
  const stands = ({ severity, span }: Diagnostic): boolean =>
    severity === 'error' && span.from < tokens.trustedTo && !lines.has(lineOf(span.from).line);
  const trusted = localFaults(text, evaluation).filter(stands);
  return { topology: undefined, diagnostics: inOrder([...syntax, ...trusted]) };
}

/** What a text without mistakes in its syntax says. */
function understood(source: Source, evaluation: Evaluation, options: ReadOptions): ReadOutcome {
  const meaning = interpret(source, evaluation, options);
  const diagnostics = inOrder([...localFaults(source.text, evaluation), ...meaning.diagnostics]);
  const failed = diagnostics.some(({ severity }) => severity === 'error');
  return { topology: failed ? undefined : meaning.topology, diagnostics };
}

/** Mistakes that do not depend on the rest of the file. */
function localFaults(text: string, { diagnostics, occurrences }: Evaluation): readonly Diagnostic[] {
  return [...diagnostics, ...findAttributeFaults(occurrences), ...findFirewallFaults(text, occurrences)];
}

function interpret(
  source: Source,
  { graph, merges }: Evaluation,
  options: ReadOptions,
): { topology: Topology; diagnostics: Diagnostic[] } {
  const fallback = options.templates?.find((name) => name === DEFAULT_TEMPLATE);
  const labels = new Map<string, LabelPorts>();
  for (const node of graph.nodes.values()) labels.set(node.name, labelPortsOf(source.text, node));
  const nodes = [...graph.nodes.values()].map((node): TopologyNode => {
    const role = roleOf(node, graph.settings, options.templateOverride, fallback);
    return {
      name: node.name,
      ...role,
      ...attributesOf(node.settings),
      labelPorts: labels.get(node.name)?.ports ?? [],
      span: node.span,
    };
  });
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const links = readLinks(graph.edges, byName);
  const name = graph.name || options.defaultName;
  const lineOf = indexLines(source.text);
  const topology: Topology = { name, ...attributesOf(graph.settings), nodes, links: links.map(({ link }) => link) };
  const diagnostics = [
    labNameFault(name, graph) ?? [],
    nodeNameFaults(source, graph, nodes),
    [...labels.values()].flatMap((label) => label.diagnostics),
    merges.map((merge) => mergeFault(merge, lineOf)),
    findTemplateFaults(graph, byName, options.templates, options.templateOverride),
    findAttachmentFaults(source.text, graph),
    findUplinkFaults(graph, topology),
    findForwardFaults(source.text, graph, topology),
    findDeviceFaults(graph, topology),
    linkFaults(source.text, { graph, byName, links, lineOf }),
  ].flat();
  return { topology: overrideTemplates(topology, options.templateOverride), diagnostics };
}

interface Linked {
  readonly graph: Evaluation['graph'];
  readonly byName: ReadonlyMap<string, TopologyNode>;
  readonly links: readonly DrawnLink[];
  readonly lineOf: ReturnType<typeof indexLines>;
}

function linkFaults(text: string, { graph, byName, links, lineOf }: Linked): Diagnostic[] {
  const ends = findEndFaults(links, byName, lineOf);
  const duplicates = findDuplicateFaults(graph, byName, links, lineOf);
  return [...ends, ...duplicates, ...findConditionFaults(links), ...findUnusedFaults(text, graph, byName, links)];
}

/** By place, errors first; what several nodes inherit from one default is said once, and names of any length are cut. */
function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const distinct = new Map<string, Diagnostic>();
  for (const { message, hint, ...rest } of diagnostics) {
    const short = {
      ...rest,
      message: shorten(message, LONGEST_SENTENCE),
      ...(hint ? { hint: shorten(hint, LONGEST_SENTENCE) } : {}),
    };
    distinct.set(JSON.stringify([rest.code, rest.span, short.message]), short);
  }
  const rank = ({ severity }: Diagnostic): number => (severity === 'error' ? 0 : 1);
  return [...distinct.values()].sort((a, b) => a.span.from - b.span.from || rank(a) - rank(b));
}
