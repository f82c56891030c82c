import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RECORDED, RECORDED_EVENTS } from '../../../../test/support/recorded-exchanges.ts';
import { decodeUtf8, encodeUtf8 } from '../../../model/utf8.ts';
import { EventDecoder, encodeEvent, type QubesEvent } from './event.ts';
import { formatOf, messageOf } from './message-text.ts';
import {
  decodeDefault,
  decodeProperties,
  decodeProperty,
  encodeDefault,
  encodeProperties,
  encodeProperty,
} from './property-text.ts';
import { decodeCurrentState, decodeQubeLines, encodeCurrentState, encodeQubeLine } from './qube-line.ts';
import { decodeReply, encodeException, encodeOk } from './reply.ts';
import { decodeRequest, encodeRequest, LONGEST_REQUEST } from './request.ts';

const textOf = (bytes: Uint8Array) => decodeUtf8(bytes);
const contentOf = (reply: string) => {
  const decoded = decodeReply(encodeUtf8(reply));
  return decoded?.kind === 'ok' ? textOf(decoded.content) : undefined;
};

describe('recorded exchanges', () => {
  it.each(Object.entries(RECORDED))('reads and writes %s byte for byte', (_, { request, reply }) => {
    const decoded = decodeRequest(encodeUtf8(request));
    expect(decoded && textOf(encodeRequest(decoded))).toBe(request);
    const answer = decodeReply(encodeUtf8(reply));
    if (answer === undefined) throw new Error('no reply');
    const bytes = answer.kind === 'ok' ? encodeOk(answer.content) : encodeException(answer.type, answer.message);
    expect(textOf(bytes)).toBe(reply);
  });

  it('takes requests apart', () => {
    expect(decodeRequest(encodeUtf8(RECORDED.create.request))).toEqual({
      method: 'admin.vm.Create.AppVM',
      argument: 'tmpl',
      source: 'dom0',
      destination: 'dom0',
      payload: encodeUtf8('name=x3 label=red'),
    });
    expect(decodeRequest(encodeUtf8(RECORDED.shutdown.request))?.argument).toBe('force+wait');
  });

  it('takes contents of replies apart, and writes them as they were', () => {
    const list = contentOf(RECORDED.list.reply) ?? '';
    expect(decodeQubeLines(list)).toEqual([
      { name: 'dom0', class: 'AdminVM', state: 'Running', uuid: '00000000-0000-0000-0000-000000000000' },
      { name: 'work', class: 'AppVM', state: 'Halted', uuid: 'a5179647-4969-414a-9992-2af819c3bb90' },
    ]);
    expect(decodeQubeLines(list).map(encodeQubeLine).join('')).toBe(list);
    const netvm = contentOf(RECORDED.netvm.reply) ?? '';
    expect(decodeProperty(netvm)).toEqual({ isDefault: true, type: 'vm', value: 'sys-firewall' });
    for (const { reply } of [RECORDED.netvm, RECORDED.gateway, RECORDED.memory, RECORDED.defaultNetvm]) {
      const property = decodeProperty(contentOf(reply) ?? '');
      expect(property && encodeProperty(property)).toBe(contentOf(reply));
    }
    expect(encodeDefault(decodeDefault(contentOf(RECORDED.netvmDefault.reply) ?? ''))).toBe('type=vm sys-firewall');
    const state = contentOf(RECORDED.currentState.reply) ?? '';
    expect(encodeCurrentState(decodeCurrentState(state))).toBe(state);
  });

  it('reads events, however they are cut, and writes them as they were', () => {
    const events: QubesEvent[] = [
      { subject: '', event: 'connection-established', parameters: [] },
      {
        subject: 'work',
        event: 'domain-pre-start',
        parameters: [
          ['start_guid', 'True'],
          ['mem_required', 'None'],
        ],
      },
    ];
    expect(events.map((event) => textOf(encodeEvent(event))).join('')).toBe(RECORDED_EVENTS);
    const bytes = encodeUtf8(RECORDED_EVENTS);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const decoder = new EventDecoder();
      const told = [decoder.push(bytes.subarray(0, cut)), decoder.push(bytes.subarray(cut))].map((some) => some ?? []);
      expect(told.flat()).toEqual(events);
    }
  });
});

describe('requests', () => {
  it('drops what is none', () => {
    const dropped = [
      '',
      '\0',
      'admin.vm.List+ dom0 name dom0',
      'admin.vm.List+ dom0 name\0',
      'admin.vm.List+ dom0\0',
      'admin.vm.List+ dom0 keyword other\0',
      'admin.vm.List+ dom0 uuid dom0\0',
      'admin.vm.List+ dom0 Name dom0\0',
      'admin.vm.List+ dom0 name dom\u00e90\0',
    ];
    expect(dropped.map((text) => decodeRequest(encodeUtf8(text)))).toEqual(dropped.map(() => undefined));
  });

  it('takes a keyword, no argument at all, plus signs in the argument and spaces in the destination', () => {
    expect(decodeRequest(encodeUtf8('admin.vm.List dom0 keyword adminvm\0'))).toMatchObject({
      argument: '',
      destination: 'dom0',
    });
    expect(decodeRequest(encodeUtf8('m+a+b++ x name a b\0\0'))).toEqual({
      method: 'm',
      argument: 'a+b++',
      source: 'x',
      destination: 'a b',
      payload: new Uint8Array(1),
    });
  });

  it('takes 65536 bytes and no more', () => {
    const header = encodeUtf8('admin.vm.notes.Set+ dom0 name work\0');
    const whole = new Uint8Array(LONGEST_REQUEST).fill(0x61);
    whole.set(header);
    expect(decodeRequest(whole)?.payload.length).toBe(LONGEST_REQUEST - header.length);
    const longer = new Uint8Array(LONGEST_REQUEST + 1);
    longer.set(whole);
    expect(decodeRequest(longer)).toBeUndefined();
  });

  it('reads back any request that it writes', () => {
    const word = fc.stringMatching(/^[!-~]{0,20}$/);
    const method = fc.stringMatching(/^[!-*,-~]{0,20}$/);
    const request = fc.record({ method, argument: word, source: word, destination: word, payload: fc.uint8Array() });
    fc.assert(
      fc.property(request, (value) => {
        expect(decodeRequest(encodeRequest(value))).toEqual(value);
      }),
    );
  });
});

describe('messages', () => {
  it('writes a percent sign twice, and reads it back', () => {
    expect(textOf(encodeException('QubesValueError', 'a%sb 100%'))).toBe('2\0QubesValueError\0\0a%%sb 100%%\0');
    fc.assert(fc.property(fc.string(), (text) => messageOf(formatOf(text), []) === text));
  });

  it('puts arguments into a format, and leaves alone what a genuine daemon formatted before', () => {
    expect(decodeReply(encodeUtf8('2\0T\0trace\0%s is not %d of %%\0a\x001\0'))).toEqual({
      kind: 'exception',
      type: 'T',
      message: 'a is not 1 of %',
    });
    expect(messageOf('value a%sb is 5% off', [])).toBe('value a%sb is 5% off');
  });

  it('never lets a NUL out of its field', () => {
    expect(textOf(encodeException('T\0', 'a\0b'))).toBe('2\0T\0\0ab\0');
    const event = { subject: 'a\0', event: 'e', parameters: [['k\0', '\0v']] as const };
    expect(textOf(encodeEvent(event))).toBe('1\0a\0e\0k\0v\0\0');
  });
});

describe('replies', () => {
  it('knows an empty reply and what is none', () => {
    const none = ['', '0', '3\0', '2\0', '2\0T\0', 'x\0y'];
    expect(none.map((text) => decodeReply(encodeUtf8(text)))).toEqual(none.map(() => undefined));
    expect(decodeReply(encodeUtf8('0\0'))).toEqual({ kind: 'ok', content: new Uint8Array() });
  });

  it('reads lists of daemons before 4.3.1, and of ones that say more', () => {
    expect(decodeQubeLines('dom0 class=AdminVM state=Running\na class=AppVM state=Halted uuid=u power=x')).toEqual([
      { name: 'dom0', class: 'AdminVM', state: 'Running' },
      { name: 'a', class: 'AppVM', state: 'Halted', uuid: 'u' },
    ]);
  });

  it('reads back properties of any value', () => {
    const property = fc.record({ isDefault: fc.boolean(), type: fc.constantFrom('str', 'int', 'vm'), value: fc.string() });
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z_]+$/), property), (properties) => {
        const map = new Map(Object.entries(properties));
        expect(decodeProperties(encodeProperties(map))).toEqual(map);
      }),
    );
    expect(encodeProperties([['notes', { isDefault: false, type: 'str', value: 'a\\b\nc' }]])).toBe(
      'notes default=False type=str a\\\\b\\nc\n',
    );
  });
});

describe('events', () => {
  it('reads back any events, however they are cut', () => {
    const word = fc.stringMatching(/^[a-z :-]{0,9}$/);
    const name = fc.stringMatching(/^[a-z]{1,9}$/);
    const event = fc.record({ subject: word, event: name, parameters: fc.array(fc.tuple(name, word)) });
    fc.assert(
      fc.property(fc.array(event), fc.integer({ min: 1, max: 9 }), (events, size) => {
        const bytes = encodeUtf8(events.map((each) => textOf(encodeEvent(each))).join(''));
        const decoder = new EventDecoder();
        const told: QubesEvent[] = [];
        for (let at = 0; at < bytes.length; at += size) told.push(...(decoder.push(bytes.subarray(at, at + size)) ?? []));
        expect(told).toEqual(events);
      }),
    );
  });

  it('ends with what is no event, and with one that never ends', () => {
    expect(new EventDecoder().push(encodeUtf8('2\0T\0'))).toBeUndefined();
    const decoder = new EventDecoder();
    const piece = new Uint8Array(400_000).fill(0x31);
    expect([decoder.push(piece), decoder.push(piece), decoder.push(piece)]).toEqual([[], [], undefined]);
  });
});
