import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownerMark } from './owner-mark.ts';
import { readOwnerMark } from './read-owner-mark.ts';

const name = fc.stringMatching(/^[A-Za-z0-9_+][A-Za-z0-9._+-]{0,20}$/);
const port = fc.oneof(
  fc.tuple(name, fc.stringMatching(/^[A-Za-z0-9_+@][A-Za-z0-9._+@-]{0,14}$/)).map(([node, own]) => `${node}:${own}`),
  name.map((hub) => `${hub}:`),
);

describe('readOwnerMark', () => {
  it('reads what was written, for this lab alone', () => {
    fc.assert(
      fc.property(name, name, port, port, (lab, stranger, own, other) => {
        const alias = ownerMark(lab, own, other);
        expect(readOwnerMark(lab, alias)).toEqual({ own, other });
        if (stranger !== lab) expect(readOwnerMark(stranger, alias)).toBeUndefined();
      }),
    );
  });

  it.each(['', 'weft', 'weft lab', 'weft lab a:1', 'uplink to the lab', 'weft other a:1 -- b:1'])(
    'takes no other alias: %j',
    (alias) => {
      expect(readOwnerMark('lab', alias)).toBeUndefined();
    },
  );
});
