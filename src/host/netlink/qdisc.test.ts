import { expect, it } from 'vitest';
import type { Qdisc } from '../../boundary/kernel.ts';
import { messagesIn } from './message.ts';
import { qdiscMessage } from './qdisc.ts';
import { conditionsIn } from './qdisc-listing.ts';

/**
 * What tc of iproute2 6.1 sends after the header for `tc qdisc replace dev lo root handle N: ...`, recorded with strace. Attributes that tc
 * leaves out because they have no effect are marked `+`, and so are numbers that the kernel does not look at: the link layer decides whether it
 * looks at tc's table of transmission times (TCA_TBF_RTAB, left out here), and TCA_TBF_BURST stands for the buffer in ticks.
 */
const recorded: readonly (readonly [string, Exclude<Qdisc, { kind: 'none' }>, readonly string[]])[] = [
  [
    'netem limit 1000 delay 1.5s 300us loss 0.1% duplicate 2% corrupt 3% reorder 25% rate 1mbit',
    {
      kind: 'netem',
      conditions: { delay: 1.5e9, jitter: 300e3, loss: 0.1, duplicate: 2, corrupt: 3, reorder: 25, rate: 1e6 },
    },
    [
      '0a0001006e6574656d000000',
      '48000200',
      'bca06501e8030000378941000100000052b81e054f120000',
      '0c0003000000004000000000',
      '0c0004007b14ae0700000000',
      '1400060048e80100000000000000000000000000',
    ],
  ],
  [
    'netem limit 1000 delay 20ms',
    { kind: 'netem', conditions: { delay: 20e6 } },
    [
      '0a0001006e6574656d000000',
      '48000200',
      'b4c40400e803000000000000000000000000000000000000',
      '+0c0003000000000000000000',
      '+0c0004000000000000000000',
      '+1400060000000000000000000000000000000000',
    ],
  ],
  [
    'netem limit 1000 loss 1%',
    { kind: 'netem', conditions: { loss: 1 } },
    [
      '0a0001006e6574656d000000',
      '48000200',
      '00000000e8030000295c8f02000000000000000000000000',
      '+0c0003000000000000000000',
      '+0c0004000000000000000000',
      '+1400060000000000000000000000000000000000',
    ],
  ],
  [
    'netem limit 1000 delay 5s reorder 50% rate 100gbit',
    { kind: 'netem', conditions: { delay: 5e9, reorder: 50, rate: 100e9 } },
    [
      '0a0001006e6574656d000000',
      '54000200',
      'c817a804e803000000000000010000000000000000000000',
      '0c0003000000008000000000',
      '+0c0004000000000000000000',
      '0c00080000dd0ee902000000',
      '14000600ffffffff000000000000000000000000',
    ],
  ],
  [
    'tbf rate 1mbit burst 3052 limit 15552',
    { kind: 'tbf', rate: 1e6, burst: 3052, limit: 15552 },
    [
      '0800010074626600',
      '34000200',
      '28000100',
      '+0001',
      '0000ffff000048e80100000000000000000000000000c03c00003cd2050000000000',
      '08000600ec0b0000',
    ],
  ],
  [
    'tbf rate 100gbit burst 1000000 limit 100000000',
    { kind: 'tbf', rate: 100e9, burst: 1_000_000, limit: 100_000_000 },
    [
      '0800010074626600',
      '40000200',
      '28000100',
      '+0001',
      '0000ffff0000ffffffff00000000000000000000000000e1f505',
      '+e2040000',
      '00000000',
      '0800060040420f00',
      '0c00040000dd0ee902000000',
    ],
  ],
  ['blackhole', { kind: 'blackhole' }, ['0e000100626c61636b686f6c65000000']],
];

it.each(recorded)('says what tc says: %s', (_, qdisc, parts) => {
  const [message] = [...messagesIn(qdiscMessage(7, qdisc).finish(1))];
  expect(message).toMatchObject({ type: 36, flags: 0x501 });
  const header = message?.body.subarray(0, 20).toString('hex');
  expect(header).toMatch(/^00000000070000000000f.7effffffff00000000$/);
  expect(message?.body.subarray(20).toString('hex')).toBe(parts.map((part) => part.replace('+', '')).join(''));
});

/** The kernel tells what it holds in the same attributes. */
it.each(recorded)('reads back: %s', (_, qdisc) => {
  const [message] = [...messagesIn(qdiscMessage(7, qdisc).finish(1))];
  const expected =
    qdisc.kind === 'blackhole'
      ? { cut: true }
      : qdisc.kind === 'tbf'
        ? { rate: qdisc.rate }
        : { ...qdisc.conditions, ...(qdisc.conditions.jitter === undefined ? {} : { jitter: 299_968 }) };
  expect(conditionsIn(message?.body ?? Buffer.alloc(20))).toEqual(expected);
});

/** What Linux 6.1 tells of qdiscs that were set with the messages above (RTM_GETQDISC), without its statistics. */
it.each([
  [
    'netem',
    '00000000010000000000f17effffffff020000000a0001006e6574656d00000070000200bca06501e8030000378941000100000052b81e054f120000' +
      '0c000a00002f6859000000000c000b00c093040000000000100001000000000000000000000000000c00030000000040000000000c0004007b14ae07' +
      '000000001400060048e80100000000000000000000000000',
    { delay: 1.5e9, jitter: 299_968, loss: 0.1, duplicate: 2, corrupt: 3, reorder: 25, rate: 1e6 },
  ],
  [
    'netem of a large bandwidth',
    '00000000010000000000f17effffffff020000000a0001006e6574656d0000007c0002000e270700e803000000000000010000000000000000000000' +
      '0c000a0080c3c901000000000c000b000000000000000000100001000000000000000000000000000c00030000000080000000000c00040000000000' +
      '000000000c00080000dd0ee90200000014000600ffffffff000000000000000000000000',
    { delay: 30e6, reorder: 50, rate: 100e9 },
  ],
  [
    'tbf',
    '00000000010000000000f27effffffff0200000008000100746266002c00020028000100000100000000000048e801000000000000000000' +
      '00000000c03c00003cd2050000000000',
    { rate: 1e6 },
  ],
  ['blackhole', '00000000010000000000f37effffffff020000000e000100626c61636b686f6c65000000', { cut: true }],
])('reads what the kernel tells: %s', (_, told, expected) => {
  expect(conditionsIn(Buffer.from(told, 'hex'))).toEqual(expected);
});

it('leaves qdiscs alone that are not ours, or not the root', () => {
  const [message] = [...messagesIn(qdiscMessage(7, { kind: 'blackhole' }).finish(1))];
  const body = Buffer.from(message?.body ?? []);
  body.writeUInt32LE(0x10000, 8);
  expect(conditionsIn(body)).toBeUndefined();
  body.writeUInt32LE(0x7ef30000, 8);
  body.writeUInt32LE(0x10000, 12);
  expect(conditionsIn(body)).toBeUndefined();
});
