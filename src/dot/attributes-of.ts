import type { Attributes } from '../model/topology.ts';
import type { Settings } from './graph.ts';

/** Settings as the model keeps them; `html` is absent when no value is an HTML string. */
export function attributesOf(settings: Settings): { attributes: Attributes; html?: readonly string[] } {
  const html: string[] = [];
  const entries: [string, string][] = [];
  for (const setting of settings.values()) {
    entries.push([setting.name, setting.value]);
    if (setting.html) html.push(setting.name);
  }
  const attributes = Object.fromEntries(entries);
  return html.length === 0 ? { attributes } : { attributes, html };
}
