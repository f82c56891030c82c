import { describe, expect, it } from 'vitest';
import { type NicFacts, nicRefusal } from './nic-refusal.ts';

const facts: NicFacts = {
  host: true,
  interfaces: ['eth0', 'eth1', 'enp3s0'],
  defaults: new Set(['eth0']),
  holders: new Map([['eth2', 'the lab other (sys-net)']]),
};
const refused = (nic: string, changes: Partial<NicFacts> = {}, force = false) => {
  const refusal = nicRefusal('net', nic, force, { ...facts, ...changes });
  return refusal && `${refusal.message}; ${refusal.hint}`;
};

describe('an interface of the machine', () => {
  it('is given where nothing speaks against it', () => {
    expect(refused('eth1')).toBeUndefined();
    expect(refused('eth0', {}, true)).toBeUndefined();
  });

  it.each([
    ['enp3s1', {}, 'net wants the interface enp3s1, and the machine has none of that name; did you mean enp3s0?'],
    ['wan', {}, 'net wants the interface wan, and the machine has none of that name; it has eth0, eth1, enp3s0'],
    [
      'wan',
      { interfaces: [] },
      'net wants the interface wan, and the machine has none of that name; it has none that could be given',
    ],
    ['eth2', {}, 'net wants the interface eth2 of the machine, which the lab other (sys-net) has; stop that node first'],
    [
      'eth0',
      {},
      'net wants the interface eth0, which has the machine\'s default route: the machine would be cut off; if that is meant, give net qn_nic_force="true"',
    ],
    [
      'eth1',
      { host: false },
      'net wants the interface eth1 of the machine, which only root can give it; run weft as root: sudo weft up',
    ],
  ])('is refused: %s %j', (nic, changes, text) => {
    expect(refused(nic, changes)).toBe(text);
  });

  it('that was given back counts as free, whoever has it by an old note', () => {
    expect(refused('eth2', { interfaces: ['eth2'] })).toBeUndefined();
  });
});
