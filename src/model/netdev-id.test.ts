import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { netdevId, portOfNetdev } from './netdev-id.ts';

const port = fc.oneof(
  fc.string({ minLength: 1, maxLength: 15 }),
  fc.stringMatching(/^(hex-|plug1-|nic2-|link)?[A-Za-z0-9._+@-]{1,8}$/),
);

describe('the id of a netdev', () => {
  it('is the port’s name where QEMU takes it', () => {
    expect(['eth0', 'ge-0.1_b'].map(netdevId)).toEqual(['eth0', 'ge-0.1_b']);
    expect(['0', 'a+b', 'link3', 'plug0-eth0', 'hex-61'].map(netdevId)).toEqual([
      'hex-30',
      'hex-612b62',
      'hex-6c696e6b33',
      'hex-706c7567302d65746830',
      'hex-6865782d3631',
    ]);
  });

  it('is legal, never that of a device, and leads back to the port', () => {
    fc.assert(
      fc.property(port, (name) => {
        expect(netdevId(name)).toMatch(/^[A-Za-z][A-Za-z0-9._-]*$/);
        expect(netdevId(name)).not.toMatch(/^(plug\d+-|nic\d+-|link\d+$)/);
        expect(portOfNetdev(netdevId(name))).toBe(name.toWellFormed());
      }),
    );
  });
});
