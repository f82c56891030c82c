import { expect, it } from 'vitest';
import { resolvConf } from './resolv-conf.ts';

const dns = (servers: string[], priority = 100, search: string[] = [], options: string[] = []) => ({
  servers,
  search,
  options,
  priority,
});

it.each([
  ['nothing from nothing', [dns([])], undefined],
  [
    'servers by priority',
    [dns(['10.0.0.2'], 200), dns(['10.0.0.1', 'fd00::1'], 50)],
    'nameserver 10.0.0.1\nnameserver fd00::1\nnameserver 10.0.0.2\n',
  ],
  ['the negative alone', [dns(['10.0.0.2']), dns(['10.0.0.1'], -5)], 'nameserver 10.0.0.1\n'],
  [
    'domains and options once',
    [dns(['10.0.0.1'], 100, ['a.example', '~b.example'], ['edns0']), dns([], 100, ['a.example', '~.'], ['edns0'])],
    'search a.example b.example\nnameserver 10.0.0.1\noptions edns0\n',
  ],
])('makes %s', (_what, interfaces, text) => {
  expect(resolvConf(interfaces)).toBe(text);
});
