import { documentRestSchema, labSpecSchema, topologyChangesSchema } from '../../src/api/schemas.ts';
import type { DocumentParsers } from '../../src/engine/desired/document.ts';

/** The parsers that the engine's process uses. */
export const documentParsers: DocumentParsers = {
  spec: (untrusted) => labSpecSchema.parse(untrusted),
  changes: (untrusted) => topologyChangesSchema.parse(untrusted),
  rest: (untrusted) => documentRestSchema.parse(untrusted),
};
