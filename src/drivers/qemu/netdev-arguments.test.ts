import { describe, expect, it } from 'vitest';
import { netdevArguments } from './netdev-arguments.ts';

describe('a -netdev value as QMP takes it', () => {
  it('keeps type and settings', () => {
    expect(netdevArguments('tap,fd=weft,vnet_hdr=on')).toEqual({ type: 'tap', fd: 'weft', vnet_hdr: true });
    expect(netdevArguments('user')).toEqual({ type: 'user' });
  });

  it('makes objects of dotted keys, and one comma of two', () => {
    expect(netdevArguments('dgram,local.type=unix,local.path=/a,,b=c,remote.type=unix,remote.path=/d')).toEqual({
      type: 'dgram',
      local: { type: 'unix', path: '/a,b=c' },
      remote: { type: 'unix', path: '/d' },
    });
  });
});
