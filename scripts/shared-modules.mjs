/**
 * What modules may not do that a program and a part of it, loaded later, both carry a copy of (docs/decisions/0017): keep state, or have classes
 * that are told by identity. Told by the text of the source: what a module declares at its outermost level.
 */
import { readFileSync } from 'node:fs';

const needsOneCopy = [
  [/^(?:export )?let /m, 'a variable at its outermost level'],
  [
    /^(?:export )?const \w+(?:: (?!Readonly)[^=]+)? = new (?:Map|Set|WeakMap|WeakSet)\b/m,
    'a collection that can change at its outermost level',
  ],
  [/^(?:export )?const \w+[^=]* = Symbol\(/m, 'a symbol, which is told by identity'],
  [
    /^export class \w+ extends Error \{(?![\s\S]*Symbol\.hasInstance)/m,
    'a class of errors that does not go by its name (Symbol.hasInstance)',
  ],
];

/**
 * @param files by name: the sources that each built file holds, and the parts that it loads later.
 * @param program the file that is run.
 * @returns what is wrong, a line each.
 */
export function sharedModuleFaults(files, program) {
  const reached = new Set([program]);
  for (const name of reached) for (const part of files.get(name).parts) reached.add(part);
  const holders = new Map();
  for (const name of reached)
    for (const source of files.get(name).sources) holders.set(source, [...(holders.get(source) ?? []), name]);
  return [...holders].flatMap(([source, names]) => {
    if (names.length < 2 || !source.startsWith('src/')) return [];
    const text = readFileSync(source, 'utf8');
    const faults = needsOneCopy.filter(([pattern]) => pattern.test(text));
    return faults.map(([, what]) => `${source} has ${what}, and a copy in each of ${names.join(', ')}`);
  });
}
