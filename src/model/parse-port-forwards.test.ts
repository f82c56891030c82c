import { describe, expect, it } from 'vitest';
import { parsePortForwards } from './parse-port-forwards.ts';
import { portForwardText } from './port-forward-wish.ts';

const read = (value: string) => parsePortForwards(value, 'work').forwards.map(({ wish }) => portForwardText(wish));
const faults = (value: string) =>
  parsePortForwards(value, 'work').faults.map(({ from, to, message, hint }) => `${value.slice(from, to)}: ${message}; ${hint}`);

describe('the ports that are forwarded to a node', () => {
  it.each([
    ['', []],
    ['tcp 80', ['tcp 80']],
    ['tcp 8080:80', ['tcp 8080:80']],
    ['udp 53:53', ['udp 53']],
    ['tcp 8080:80 from sys-net\\nudp 53', ['tcp 8080:80 from sys-net', 'udp 53']],
    ['\n  tcp   1:65535  \r\n\n', ['tcp 1:65535']],
    ['tcp 80\nudp 80\ntcp 80 from sys-net\ntcp 81:80', ['tcp 80', 'udp 80', 'tcp 80 from sys-net', 'tcp 81:80']],
  ])('%j', (value, text) => {
    expect(faults(value)).toEqual([]);
    expect(read(value)).toEqual(text);
    expect(read(text.join('\n'))).toEqual(text);
  });

  it('are told with where they stand', () => {
    expect(parsePortForwards('tcp 80\\n udp 53 from a ', 'work').forwards.map(({ span }) => span)).toEqual([
      { from: 0, to: 6 },
      { from: 9, to: 22 },
    ]);
  });

  it('are none where anything is wrong, and all that is wrong is told', () => {
    const example = 'such as tcp 8080:80, or tcp 8080:80 from sys-net';
    const ports = 'a port is a number from 1 to 65535, or two as in 8080:80: the outer one, and that of the node';
    const value = 'tcp 80\nsctp 0 form sys-net\nudp\n8080:80\ntcp 80:x from\ntcp 80-90\ntcp 70000 from work now\ntcp 80:8080';
    expect(read(value)).toEqual([]);
    expect(faults(value)).toEqual([
      `sctp: sctp cannot be forwarded: expected tcp or udp; ${example}`,
      `0: 0 is no port; ${ports}`,
      `form: form means nothing here: expected from PROVIDER, or the end of the line; ${example}`,
      `udp: a port is missing; ${example}`,
      '8080:80: 8080:80 cannot be forwarded: expected tcp or udp; write tcp 8080:80 or udp 8080:80',
      `8080:80: a port is missing; ${example}`,
      `80:x: 80:x is no port; ${ports}`,
      `from: from whom?; ${example}`,
      '80-90: 80-90 is no port; ports are forwarded one by one: one a line',
      `70000: 70000 is no port; ${ports}`,
      'work: work cannot be forwarded to itself; name a provider above it, or leave from out',
      `now: now is one word too many; ${example}`,
      'tcp 80:8080: tcp 80 is forwarded twice; leave one line out',
    ]);
  });
});
