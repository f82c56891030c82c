import type { Diagnostic } from '../model/diagnostic.ts';

/** UTF-16 units; a topology of 10 000 nodes has about one million. */
const LONGEST = 32 * 1024 * 1024;

/** Why a text is not worth reading: it is binary, not UTF-8 (decoders then leave U+FFFD), or far too long. */
export function notTextFault(text: string): Diagnostic | undefined {
  if (text.length > LONGEST)
    return {
      code: 'too-large',
      severity: 'error',
      message: `the file is larger than ${LONGEST / 1024 / 1024} million characters`,
      span: { from: LONGEST, to: LONGEST + 1 },
    };
  // The regular expression takes many times as long, and is of use only to say where.
  if (text.isWellFormed() && !text.includes('\0') && !text.includes('\ufffd')) return undefined;
  const at = text.search(/[\0\ufffd]|\p{Surrogate}/u);
  if (at < 0) return undefined;
  return {
    code: 'not-text',
    severity: 'error',
    message: text[at] === '\0' ? 'the file holds a zero byte, so it is not text' : 'the file is not UTF-8 text here',
    hint: 'save it as UTF-8',
    span: { from: at, to: at + 1 },
  };
}
