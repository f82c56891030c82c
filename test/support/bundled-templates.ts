import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TemplateSource } from '../../src/generate/template-source.ts';

const folder = join(import.meta.dirname, '../../templates');

/** The templates that come with weft. */
export const bundledTemplates: TemplateSource = {
  find(name) {
    const path = join(folder, `${name}.mustache`);
    return existsSync(path) ? { text: readFileSync(path, 'utf8'), directory: folder } : undefined;
  },
  partial(directory, name) {
    const path = join(directory, `${name}.mustache`);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  },
  names: () => readdirSync(folder).flatMap((file) => (file.endsWith('.mustache') ? [file.slice(0, -'.mustache'.length)] : [])),
};
