import { describe, expect, it } from 'vitest';
import { VERBS } from '../verbs.ts';
import { candidates, type WhereAbouts } from './candidates.ts';

const asked: WhereAbouts[] = [];
const live = (where: WhereAbouts) => {
  asked.push(where);
  return {
    nodes: () => Promise.resolve(['server', 'client1', 'client2']),
    ports: (node: string) => Promise.resolve(node === 'server' ? ['eth0', 'eth1'] : ['eth0']),
    labs: () => Promise.resolve(['tutorial']),
    capturePlaces: () => Promise.resolve(['server', 'server:eth0', 'client1:eth0']),
    templates: () => Promise.resolve(['small', 'namespace']),
    examples: () => Promise.resolve(['ring']),
  };
};

async function offered(...words: string[]): Promise<string[]> {
  return (await candidates(words, VERBS, live)).map((line) => line.split('\t')[0] ?? '');
}

describe('candidates', () => {
  it.each([
    [['st'], ['start', 'stop', 'status']],
    [
      ['console', ''],
      ['server', 'client1', 'client2'],
    ],
    [
      ['console', 'cl'],
      ['client1', 'client2'],
    ],
    [
      ['start', 'server', ''],
      ['client1', 'client2'],
    ],
    [
      ['link', 'server', ''],
      ['eth0', 'eth1'],
    ],
    [
      ['link', 'server', 'eth0', 'o'],
      ['on', 'off'],
    ],
    [['link', 'server', 'eth0', 'on', ''], []],
    [['capture', 'server', 's'], ['server:eth0']],
    [['conformance', 'c'], ['client1:eth0']],
    [['impair', 'server:eth0', 'delay', '20ms', 'd'], ['duplicate']],
    [['record', 'd'], ['dump']],
    [
      ['firewall', 'server', ''],
      ['list', 'add', 'del', 'reset'],
    ],
    [
      ['firewall', 'server', 'add', 'accept', ''],
      ['drop', 'tcp', 'udp', 'icmp', 'specialtarget=dns'],
    ],
    [['firewall', 'server', 'reset', ''], []],
    [
      ['record', 'on', ''],
      ['server', 'server:eth0', 'client1:eth0'],
    ],
    [['up', '--template', 's'], ['small']],
    [['-n', ''], ['tutorial']],
    [['down', ''], ['tutorial']],
    [['-C', ''], [':files']],
    [['up', ''], [':files']],
    [['example', ''], ['ring']],
    [['help', 'com'], ['completion']],
    [['status', '--j'], ['--json']],
    [
      ['graph', '-T', ''],
      ['svg', 'png', 'dot', 'mermaid'],
    ],
    [['exec', 'server', ''], [':files']],
    [
      ['exec', '--all', ''],
      ['server', 'client1', 'client2'],
    ],
    [['console', 'server', '--', 'ls', ''], [':files']],
    [['nonsense', ''], [':files']],
  ])('%j', async (words, expected) => {
    expect(await offered(...words)).toEqual(expected);
  });

  it('hides what is not for people, and gives meanings', async () => {
    expect(await offered('compl')).toEqual(['completion']);
    expect(await candidates(['dow'], VERBS, live)).toEqual(['down\tstop a lab and remove everything it made on this machine']);
  });

  it('tells where the lab is', async () => {
    await offered('-C', 'dir', 'console', '-n', 'lab', '');
    expect(asked.at(-1)).toEqual({ directory: 'dir', name: 'lab' });
  });
});
