const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** The PORT attributes of the tables and cells of an HTML-like label, in the order of the label. */
export function readHtmlPorts(label: string): string[] {
  const ports: string[] = [];
  for (const [, attributes = ''] of withoutComments(label).matchAll(/<(?:table|td)\b([^<>]*)>/gi)) {
    const port = /(?:^|\s)port\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(attributes);
    if (port) ports.push(decodeEntities(port[1] ?? port[2] ?? ''));
  }
  return ports;
}

function withoutComments(label: string): string {
  const [first = '', ...rest] = label.split('<!--');
  return first + rest.map((piece) => piece.slice(piece.indexOf('-->') < 0 ? piece.length : piece.indexOf('-->') + 3)).join('');
}

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#([0-9]{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi,
    (all, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return ENTITIES.get(name) ?? all;
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number.parseInt(decimal, 10);
      return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    },
  );
}
