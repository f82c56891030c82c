const WIDE =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation})/u;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Cells of a terminal that a text without control characters takes: East Asian wide characters and emoji take two (Unicode Annex 11). */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += WIDE.test(segment) ? 2 : /^\p{M}|^\p{Cf}/u.test(segment) ? 0 : 1;
  return width;
}
