import { METHODS } from '../../src/api/qubes/methods/table.ts';
import { labProperties } from '../../src/api/qubes/properties/lab-properties.ts';
import { propertiesOf } from '../../src/api/qubes/properties/qube-properties.ts';
import { encodeUtf8 } from '../../src/model/utf8.ts';

/** A number from 0 up to, not including, `below`: mulberry32, in the public domain. */
export type Dice = (below: number) => number;

export function diceOf(seed: number): Dice {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const methods = [...METHODS.keys(), 'admin.vm.Create.X', 'admin', '', 'toString', 'constructor'];
const names = [
  ...['dom0', 'work', 'personal', 'sys-net', 'sys-firewall', 'small', 'namespace', 'host', 'hub1', 'x1', 'x2', 'disp1'],
  ...['', 'none', 'default', '__proto__', 'a b', '-x', 'x-dm', 'uuid:', `uuid:${'0'.repeat(36)}`],
  'uuid:00000000-0000-0000-0000-000000000000',
];
const ofQubes = (['AdminVM', 'AppVM', 'DispVM', 'TemplateVM'] as const).flatMap((each) => [
  ...propertiesOf({ class: each }).keys(),
]);
const ofLab = [...labProperties({ machine: { memoryMib: 1, processors: 1 } }).keys()];
const words = [
  ...[
    '',
    'x',
    'force',
    'wait',
    'force+wait',
    'force+force',
    'ipv6',
    'attach-network-to',
    'prohibit-start',
    'service.',
    'service.x',
  ],
  ...[
    'deferred-netvm-original',
    'net.fake-ip',
    'servicevm',
    'root',
    'red',
    'teal',
    '9',
    'a/b',
    '__proto__',
    'toString',
    '%s',
    "'",
  ],
];
const values = [
  ...[
    '',
    'True',
    'no',
    '0',
    '1',
    '-1',
    '500',
    '99999999999',
    '10.1.2.3',
    'fd00::1',
    '12:34:56:78:90:ab',
    'uuid',
    '0x00aa99',
    '%s%',
  ],
  ...[
    'name=x1 label=red',
    'label=blue name=x2',
    'name=x1 label=teal pool=weft',
    'name= label=',
    'name=x1',
    'work',
    'x1\nx2',
    'work\n',
  ],
  ...[
    'action=accept',
    'action=drop\naction=accept proto=tcp dstports=1-2\n',
    'action=accept dsthost=a.b expire=1',
    '\n',
    '\u00e9',
    '\0',
  ],
];

function one(list: readonly string[], dice: Dice): string {
  return list[dice(list.length)] ?? '';
}

/** The bytes of a request, or of what is none: most of the time one that a client could send, else one with a few bytes changed, or any bytes. */
export function randomRequest(dice: Dice): Uint8Array {
  const kind = dice(10);
  if (kind === 0) return Uint8Array.from({ length: dice(40) }, () => dice(256));
  const method = one(methods, dice);
  const properties = method.startsWith('admin.vm.property') ? ofQubes : method.startsWith('admin.property') ? ofLab : words;
  // Three in four have what their method wants.
  const wants = dice(4) === 0 ? undefined : METHODS.get(method);
  const argument = wants?.argument === 'none' ? '' : dice(4) === 0 ? one([...words, ...names], dice) : one(properties, dice);
  const payload = wants?.payload === 'none' || dice(4) === 0 ? '' : one(dice(3) === 0 ? names : values, dice);
  const source = dice(8) === 0 ? one(names, dice) : 'dom0';
  const toAdmin = wants?.destination === 'dom0' || dice(12) === 0;
  const target = toAdmin ? 'keyword adminvm' : `name ${one(names, dice)}`;
  const bytes = encodeUtf8(`${method}${dice(3) === 0 && argument === '' ? '' : '+'}${argument} ${source} ${target}\0${payload}`);
  if (kind > 3) return bytes;
  for (let times = dice(3); times >= 0; times -= 1) bytes[dice(Math.max(1, bytes.length))] = dice(256);
  return dice(4) === 0 ? bytes.subarray(0, dice(bytes.length)) : bytes;
}
