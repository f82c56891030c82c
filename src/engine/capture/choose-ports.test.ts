import { describe, expect, it } from 'vitest';
import type { CaptureLab, CapturePort } from './capture-lab.ts';
import { choosePorts, visiblePort } from './choose-ports.ts';

const port = (label: string, link: string, isVisible = true): CapturePort => {
  const node = label.split(':', 1)[0] ?? '';
  return {
    label,
    node,
    link,
    view: isVisible ? { netns: node, name: label.slice(node.length + 1), entering: 'in' } : undefined,
    hidden: isVisible ? '' : 'nobody can see it',
  };
};

const lab: CaptureLab = {
  nodes: ['a', 'b', 'host', 'sw', 'lone', 'down'],
  ports: [
    port('a:e0', 'a:e0--b:e0'),
    port('b:e0', 'a:e0--b:e0'),
    port('a:hub', 'a:hub--sw'),
    port('b:hub', 'sw--b:hub'),
    port('a:tap', 'a:tap--host:tap'),
    port('host:tap', 'a:tap--host:tap'),
    port('a:x', 'a:x--down:x', false),
    port('down:x', 'a:x--down:x', false),
  ],
  isUp: (node) => node !== 'down',
};

const chosen = (words: string, all = false) => {
  const { ports, filter, left } = choosePorts(lab, words.split(' ').filter(Boolean), all);
  return [ports, left].map((some) => some.map(({ label }) => label).join(' ')).concat(filter.join(' '));
};

describe('choosePorts', () => {
  it.each([
    ['a:e0', 'a:e0', '', ''],
    ['a:e0 b:e0 a:e0', 'a:e0 b:e0', '', ''],
    ['a', 'a:e0 a:hub a:tap', 'a:x', ''],
    ['sw', 'a:hub b:hub', '', ''],
    ['a:e0--b:e0', 'a:e0', '', ''],
    ['a:e0 icmp or arp', 'a:e0', '', 'icmp or arp'],
    ['a:e0 host 10.0.0.1', 'a:e0', '', 'host 10.0.0.1'],
    ['host icmp', 'host:tap', '', 'icmp'],
    ['a:e0 -- b', 'a:e0', '', 'b'],
    ['a:e0 --', 'a:e0', '', ''],
    ['a:e0 not a', 'a:e0', '', 'not a'],
  ])('%s', (words, ports, left, filter) => {
    expect(chosen(words)).toEqual([ports, left, filter]);
  });

  it('takes every link once, with ports that are named and a filter', () => {
    expect(chosen('', true)).toEqual(['a:e0 a:hub b:hub a:tap', 'down:x', '']);
    expect(chosen('b:e0 icmp', true)).toEqual(['b:e0 a:e0 a:hub b:hub a:tap', 'down:x', 'icmp']);
    expect(chosen('host 10.0.0.1', true)).toEqual(['a:e0 a:hub b:hub a:tap', 'down:x', 'host 10.0.0.1']);
  });

  it.each([
    ['a:nothing', 'no-such-port', 'there is no port, node or link a:nothing'],
    ['icmp', 'no-such-port', 'there is no port, node or link icmp'],
    ['a:e0 c:e0 icmp', 'no-such-port', 'there is no port, node or link c:e0'],
    ['lone', 'no-such-port', 'lone has no links'],
    ['down:x', 'not-running', 'down does not run'],
    ['a:x', 'refused', 'a:x: nobody can see it'],
  ])('refuses %s', (words, code, message) => {
    expect(() => chosen(words)).toThrow(expect.objectContaining({ code, message }));
  });
});

it('gives a port by its label where its frames can be seen', () => {
  expect(visiblePort(lab, 'a:e0').link).toBe('a:e0--b:e0');
  expect(() => visiblePort(lab, 'a:x')).toThrow('a:x: nobody can see it');
  expect(() => visiblePort(lab, 'a:y')).toThrow('there is no port');
});
