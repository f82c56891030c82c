import type { Diagnostic, Span } from '../model/diagnostic.ts';
import type { GraphNode } from './graph.ts';
import { readHtmlPorts } from './html-ports.ts';
import { readRecordLabel } from './record-label.ts';

export interface LabelPorts {
  /** Each once, in the order of the label. */
  readonly ports: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

const NONE: LabelPorts = { ports: [], diagnostics: [] };

/** The ports that a node's label names: `<port>` in a record, PORT="..." in an HTML table. */
export function labelPortsOf(text: string, node: GraphNode): LabelPorts {
  const label = node.settings.get('label');
  if (label === undefined || label.value === '') return NONE;
  const record = /^M?record$/.test(node.settings.get('shape')?.value ?? '');
  if (label.html === record) return NONE;
  const { ports, fault } = record ? readRecordLabel(label.value) : { ports: readHtmlPorts(label.value) };
  const diagnostics: Diagnostic[] = [];
  if (fault !== undefined)
    diagnostics.push({
      code: 'record-label',
      severity: 'error',
      message: `the label of ${node.name} is no record: ${fault}`,
      hint: 'a record looks like this: name | { <eth0> eth0 | <eth1> eth1 }',
      span: label.valueSpan,
    });
  const seen = new Set<string>();
  for (const port of ports) {
    if (port === '') continue;
    if (seen.has(port))
      diagnostics.push({
        code: 'duplicate-port',
        severity: 'error',
        message: `the label of ${node.name} names the port ${port} twice`,
        hint: 'give each port its own name',
        span: labelPortSpan(text, label.valueSpan, port, 'last'),
      });
    seen.add(port);
  }
  return { ports: [...seen], diagnostics };
}

/** Where a label names a port: the name itself when it stands there as it is, else the whole label. */
export function labelPortSpan(text: string, label: Span, port: string, which: 'first' | 'last' = 'first'): Span {
  const raw = text.slice(label.from, label.to);
  const forms = [`<${port}>`, `"${port}"`, `'${port}'`];
  for (const form of forms) {
    const at = which === 'first' ? raw.indexOf(form) : raw.lastIndexOf(form);
    if (at >= 0) return { from: label.from + at + 1, to: label.from + at + 1 + port.length };
  }
  return label;
}
