import { expect, it } from 'vitest';
import { attributesIn, Message, messagesIn, NLM_F_ACK, NLM_F_REQUEST, textOf } from './message.ts';

it('lays out attributes as linux/netlink.h says: aligned to four bytes, lengths without the padding', () => {
  const bytes = new Message(16, NLM_F_ACK)
    .raw(Buffer.from('0011223344', 'hex'))
    .text(3, 'eth0')
    .u32(4, 1500)
    .nest(18, (inner) => inner.u8(1, 7).bytes(2, Buffer.from('aabbcc', 'hex')))
    .finish(9);
  const [message] = [...messagesIn(bytes)];
  expect(message).toMatchObject({ type: 16, flags: NLM_F_ACK | NLM_F_REQUEST, sequence: 9 });
  expect(message?.body.subarray(0, 8).toString('hex')).toBe('0011223344000000');
  const attributes = attributesIn(message?.body ?? Buffer.alloc(0), 8);
  expect([...attributes.keys()]).toEqual([3, 4, 18]);
  expect(textOf(attributes.get(3))).toBe('eth0');
  expect(attributes.get(3)).toHaveLength(5);
  expect(attributes.get(4)?.readUInt32LE(0)).toBe(1500);
  const inner = attributesIn(attributes.get(18) ?? Buffer.alloc(0), 0);
  expect(inner.get(1)?.toString('hex')).toBe('07');
  expect(inner.get(2)?.toString('hex')).toBe('aabbcc');
});

it('takes a datagram of several messages apart, and refuses one that is cut off', () => {
  const both = Buffer.concat([new Message(1, 0).u8(1, 1).finish(1), new Message(2, 0).finish(2)]);
  expect([...messagesIn(both)].map(({ type, sequence }) => [type, sequence])).toEqual([
    [1, 1],
    [2, 2],
  ]);
  expect(() => [...messagesIn(both.subarray(0, both.length - 20))]).toThrow('does not fit');
});
