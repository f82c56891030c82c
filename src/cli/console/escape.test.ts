import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '../../model/utf8.ts';
import { type EscapeAction, EscapeReader } from './escape.ts';

function type(reader: EscapeReader, text: string): string[] {
  return reader.read(encodeUtf8(text)).map(tell);
}

function tell(action: EscapeAction): string {
  if (action.do === 'send') return `send ${JSON.stringify(decodeUtf8(action.bytes))}`;
  return action.do === 'show' ? `show ${JSON.stringify(action.text)}` : action.do;
}

describe('EscapeReader', () => {
  it('leaves by Ctrl-], q and enter', () => {
    const reader = new EscapeReader('telnet> ');
    expect(type(reader, 'ip link\r')).toEqual(['send "ip link\\r"']);
    expect(type(reader, 'x\u001d')).toEqual(['send "x"', 'hold', 'show "\\r\\ntelnet> "']);
    expect(type(reader, 'q')).toEqual(['show "q"']);
    expect(type(reader, '\r')).toEqual(['show "\\r\\n"', 'leave']);
  });

  it('goes back after an empty line, and sends on what follows in the same read', () => {
    const reader = new EscapeReader('weft> ');
    expect(type(reader, '\u001d\rls\r')).toEqual(['hold', 'show "\\r\\nweft> "', 'show "\\r\\n"', 'release', 'send "ls\\r"']);
  });

  it('rubs out, helps and refuses', () => {
    const reader = new EscapeReader('weft> ');
    type(reader, '\u001d');
    expect(type(reader, 'a\u007f\u007f')).toEqual(['show "a"', 'show "\\b \\b"']);
    expect(type(reader, 'nonsense\r').at(-1)).toContain('Invalid command');
    expect(type(reader, '?\r').at(-1)).toContain('weft> ');
    expect(type(reader, 'quit\r').at(-1)).toBe('leave');
  });

  it('sends the escape itself, and treats Ctrl-D as quit', () => {
    const reader = new EscapeReader('weft> ');
    expect(type(reader, '\u001descape\r')).toContain('send "\\u001d"');
    expect(type(reader, '\u001d\u0004').at(-1)).toBe('leave');
  });

  it('passes everything else on, however it is cut', () => {
    const noEscape = fc.uint8Array().filter((bytes) => !bytes.includes(0x1d));
    fc.assert(
      fc.property(fc.array(noEscape), (pieces) => {
        const reader = new EscapeReader('> ');
        const sent = pieces
          .flatMap((piece) => reader.read(piece))
          .flatMap((action) => (action.do === 'send' ? [...action.bytes] : [-1]));
        expect(sent).toEqual(pieces.flatMap((piece) => [...piece]));
      }),
    );
  });
});
