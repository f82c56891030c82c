/** What a record label says about ports. */
export interface RecordLabel {
  /** In the order of the label; a name that stands twice is listed twice. */
  readonly ports: readonly string[];
  /** The first thing that Graphviz would call a bad label format, in words. */
  readonly fault?: string;
}

interface Field {
  text: boolean;
  table: boolean;
  port: boolean;
}

/**
 * Reads `<port> text | { nested | fields }` as Graphviz does (node shape `record`): a backslash makes `{ } | < >` and the space
 * ordinary, runs of spaces count as one, spaces at the ends of a port name as none. Nesting costs no stack.
 */
export function readRecordLabel(label: string): RecordLabel {
  const ports: string[] = [];
  const outer: Field[] = [];
  let field = emptyField();
  let port: string | undefined;

  for (let at = 0; at < label.length; at++) {
    const sign = label[at] ?? '';
    const escaped = sign === '\\' && ESCAPABLE.has(label[at + 1] ?? '');
    if (escaped) at++;
    const text = escaped ? (label[at] ?? '') : sign;
    if (port !== undefined) {
      if (!escaped && sign === '>') {
        ports.push(port.replace(/ $/, ''));
        port = undefined;
      } else if (!escaped && (sign === '{' || sign === '}' || sign === '|')) {
        return { ports, fault: `the port <${port} has no closing >` };
      } else if (!(text === ' ' && !escaped && (port === '' || port.endsWith(' ')))) port += text;
    } else if (!escaped && sign === '<') {
      if (field.port) return { ports, fault: 'a field has two ports; part them with |' };
      if (field.table) return { ports, fault: 'a port stands beside a nested { } field; part them with |' };
      field.port = true;
      port = '';
    } else if (!escaped && sign === '>') {
      return { ports, fault: 'a > has no < before it; write \\> for the sign itself' };
    } else if (!escaped && sign === '{') {
      if (field.text || field.port || field.table) return { ports, fault: 'a { stands beside other text; part them with |' };
      field.table = true;
      outer.push(field);
      field = emptyField();
    } else if (!escaped && sign === '}') {
      const around = outer.pop();
      if (around === undefined) return { ports, fault: 'a } has no { before it; write \\} for the sign itself' };
      field = around;
    } else if (!escaped && sign === '|') {
      field = emptyField();
    } else if (escaped || !isSpace(sign)) {
      if (field.table) return { ports, fault: 'text stands beside a nested { } field; part them with |' };
      field.text = true;
    }
  }
  if (port !== undefined) return { ports, fault: `the port <${port} has no closing >` };
  if (outer.length > 0) return { ports, fault: 'a { is not closed' };
  return { ports };
}

const ESCAPABLE: ReadonlySet<string> = new Set('{}|<> ');

function isSpace(sign: string): boolean {
  return sign === ' ' || /\s/.test(sign);
}

function emptyField(): Field {
  return { text: false, table: false, port: false };
}
