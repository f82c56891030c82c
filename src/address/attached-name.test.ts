import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interfaceNameFault } from '../model/interface-name.ts';
import { isMulticast } from '../model/mac-address.ts';
import { attachedMac, attachedName, nextEthernetName } from './attached-name.ts';

const free = () => false;
/** What may name a node, and any other text. */
const name = fc.oneof(fc.stringMatching(/^[A-Za-z0-9_+][A-Za-z0-9._+-]{0,63}$/), fc.string({ unit: 'grapheme', minLength: 1 }));
/** linux/net/core/dev.c, dev_valid_name; and what stands for all interfaces below /proc/sys/net. */
const isLinuxName = (text: string) =>
  /^[^/:\s%]{1,15}$/.test(text) && !/[^\x21-\x7e]/.test(text) && !['.', '..', 'all', 'default', 'lo'].includes(text);

describe('attachedName', () => {
  it.each([
    ['F', 'F'],
    ['sys-net', 'sys-net'],
    ['fifteen-bytes.x', 'fifteen-bytes.x'],
  ])('is the name of the frontend where Linux takes it: %s', (frontend, port) => {
    expect(attachedName(frontend, free)).toBe(port);
  });

  it.each(['sixteen-bytes.xy', 'lo', 'all', 'default', 'a b', '-x', '.'])('is another one for %j', (frontend) => {
    const port = attachedName(frontend, free);
    expect(port).toMatch(/^[A-Za-z0-9._+]{0,8}~[0-9a-z]{6}$/);
    expect(isLinuxName(port)).toBe(true);
  });

  it('keeps long names as they were: files on disk name them', () => {
    expect(attachedName('a-frontend-with-a-long-name', free)).toBe('afronten~9ol1c8');
  });

  it('is one that Linux takes, for every name, and the same every time', () => {
    fc.assert(
      fc.property(name, fc.boolean(), (frontend, taken) => {
        const port = attachedName(frontend, () => taken);
        expect(isLinuxName(port)).toBe(true);
        expect(attachedName(frontend, () => taken)).toBe(port);
        if (taken) expect(port).not.toBe(frontend);
      }),
    );
  });

  it('is different for different frontends, and for ports that a file can name', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 50 }), fc.boolean(), (frontends, taken) => {
        const ports = frontends.map((frontend) => attachedName(frontend, () => taken));
        expect(new Set(ports).size).toBe(frontends.length);
        for (const port of ports) if (port.includes('~')) expect(interfaceNameFault(port)).toBeDefined();
      }),
    );
  });
});

describe('nextEthernetName', () => {
  it('is the lowest ethN that is free', () => {
    expect(nextEthernetName(new Set())).toBe('eth0');
    expect(nextEthernetName(new Set(['eth0', 'eth2', 'F']))).toBe('eth1');
  });
});

describe('attachedMac', () => {
  it('is locally administered, no group address, the same every time, and another one at the other end', () => {
    fc.assert(
      fc.property(name, name, (backend, frontend) => {
        const mac = attachedMac(backend, frontend, 'frontend');
        expect(mac).toMatch(/^02(:[0-9a-f]{2}){5}$/);
        expect(isMulticast(mac)).toBe(false);
        expect(attachedMac(backend, frontend, 'frontend')).toBe(mac);
        expect(attachedMac(backend, frontend, 'backend')).not.toBe(mac);
      }),
    );
  });
});
