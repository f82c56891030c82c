import type { Entries, NodeDocument } from './node-document.ts';

/** NODE.yaml: a block mapping of double-quoted strings, then `links:` as a list of flow mappings, one line each (YAML 1.2). */
export function printYaml(document: NodeDocument): string {
  const head = document.entries.map(([key, value]) => `${printKey(key)}: ${quoted(value)}\n`).join('');
  if (document.links.length === 0) return `${head}links: []\n`;
  const links = document.links.map(({ entries }) => `  - { ${flow(entries)} }\n`).join('');
  return `${head}links:\n${links}`;
}

function flow(entries: Entries): string {
  return entries.map(([key, value]) => `${printKey(key)}: ${quoted(value)}`).join(', ');
}

/** Plain where every reader takes it for a string. */
function printKey(key: string): string {
  return /^[a-z]+(_[a-z0-9]+)*$/.test(key) && !/^(y|n|yes|no|on|off|true|false|null)$/.test(key) ? key : quoted(key);
}

/** JSON's strings are double-quoted YAML strings, but for characters that YAML counts as breaks or as not printable. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
