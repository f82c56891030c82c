import { describe, expect, it } from 'vitest';
import { type ModuleInfo, moduleClosure, moduleName, modulesAlias, modulesDep, selectModules } from './modules.ts';

const info = (name: string, depends: string[] = [], before: string[] = [], aliases: string[] = []): ModuleInfo => ({
  name,
  depends,
  before,
  aliases,
});
const modules = [
  info('virtio_net', ['net_failover', 'virtio'], [], ['virtio:d00000001v*']),
  info('net_failover', ['failover']),
  info('failover'),
  info('virtio'),
  info('libcrc32c', [], ['crc32c']),
  info('crc32c'),
  info('ring', ['ring']),
];
const byName = new Map(modules.map((module) => [module.name, module]));
const infoOf = (name: string): ModuleInfo | undefined => byName.get(name);

describe('moduleName', () => {
  it.each([
    ['kernel/drivers/virtio-rng.ko', 'virtio_rng'],
    ['virtio_net.ko.xz', 'virtio_net'],
  ])('%s is %s', (path, name) => {
    expect(moduleName(path)).toBe(name);
  });
});

describe('selectModules', () => {
  it('takes names and patterns, and leaves out what is not there', () => {
    expect(selectModules(['nft_ct', 'nft_nat', 'nf_nat', 'bridge'], ['nft_*', 'bridge', 'built_in'])).toEqual([
      'bridge',
      'nft_ct',
      'nft_nat',
    ]);
  });
});

describe('moduleClosure', () => {
  const names = (wanted: string[]): string[] => moduleClosure(wanted, infoOf).map(({ name }) => name);

  it('puts each module after what it depends on', () => {
    expect(names(['virtio_net'])).toEqual(['failover', 'net_failover', 'virtio', 'virtio_net']);
  });

  it('brings soft dependencies along, leaves out what is built in, and survives a circle', () => {
    expect(names(['libcrc32c', 'built_in', 'ring'])).toEqual(['crc32c', 'libcrc32c', 'ring']);
  });
});

describe('the tables of modprobe', () => {
  it('names what to load before each module, the nearest first', () => {
    const text = modulesDep(moduleClosure(['virtio_net'], infoOf), (name) => `${name}.ko`);
    expect(text.split('\n')).toEqual([
      'failover.ko:',
      'net_failover.ko: failover.ko',
      'virtio.ko:',
      'virtio_net.ko: virtio.ko net_failover.ko failover.ko',
      '',
    ]);
  });

  it('lists aliases', () => {
    expect(modulesAlias(modules)).toBe('alias virtio:d00000001v* virtio_net\n');
  });
});
