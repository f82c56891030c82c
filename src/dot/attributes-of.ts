import type { Attributes } from '../model/topology.ts';
import type { Settings } from './graph.ts';

/** Settings as the model keeps them; `html` is absent when no value is an HTML string. */
export function attributesOf(settings: Settings): { attributes: Attributes; html?: readonly string[] } {
  const kept = [...settings.values()];
  const html = kept.filter((setting) => setting.html).map(({ name }) => name);
  const attributes = Object.fromEntries(kept.map(({ name, value }) => [name, value]));
  return html.length === 0 ? { attributes } : { attributes, html };
}
