/** The topologies that are measured, as text for topology.dot.in. */

/** A ring with a chord from every node: twice as many links as nodes. */
export function ringWithChords(nodes, template) {
  const links = [];
  for (let at = 0; at < nodes; at++) {
    links.push([`n${at}:e0`, `n${(at + 1) % nodes}:e1`], [`n${at}:e2`, `n${(at + Math.floor(nodes / 3)) % nodes}:e3`]);
  }
  const label = (at) => `n${at} | { <e0> e0 | <e1> e1 | <e2> e2 | <e3> e3 }`;
  return graph(
    template,
    Array.from({ length: nodes }, (_, at) => [`n${at}`, label(at)]),
    links,
  );
}

/**
 * Namespaces with an address at both ends of every link. The first links make a ring, the others join random nodes: the same graph as
 * the floor's, of the same generator. With as many links as nodes it is a ring alone.
 */
export function namespaces(nodes, links) {
  const ports = Array.from({ length: nodes }, () => []);
  const edges = [];
  let state = 12345;
  for (let link = 0; link < links; link++) {
    const tail = link % nodes;
    let head = (tail + 1) % nodes;
    if (link >= nodes) {
      do {
        state = (Math.imul(state, 1103515245) + 12345) >>> 0;
        head = (state >>> 8) % nodes;
      } while (head === tail);
    }
    ports[tail].push(`t${link}`);
    ports[head].push(`h${link}`);
    const subnet = 0x0a000000 + link * 4;
    edges.push([
      `n${tail}:t${link}`,
      `n${head}:h${link}`,
      `qn_tailip="${dotted(subnet + 1)}/30", qn_headip="${dotted(subnet + 2)}/30"`,
    ]);
  }
  const label = (at) => `n${at} | { ${ports[at].map((port) => `<${port}> ${port}`).join(' | ')} }`;
  return graph(
    'namespace',
    Array.from({ length: nodes }, (_, at) => [`n${at}`, label(at)]),
    edges,
  );
}

/** Text of a graph of one template: nodes as [name, label, attributes], links as [tail, head, attributes]. */
export function graph(template, nodes, links) {
  return [
    'graph "bench" {',
    '    node [shape=record];',
    `    qn_template="${template}";`,
    ...nodes.map(
      ([name, label, attributes = '']) => `    ${name} [label="${label}"${attributes === '' ? '' : `, ${attributes}`}];`,
    ),
    ...links.map(([tail, head, attributes = '']) => `    ${tail} -- ${head}${attributes === '' ? '' : ` [${attributes}]`};`),
    '}\n',
  ].join('\n');
}

function dotted(address) {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}
