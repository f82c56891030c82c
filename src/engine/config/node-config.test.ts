import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NodeHandle } from '../../boundary/driver.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { KernelOp } from '../../boundary/kernel.ts';
import { systemClock } from '../../host/clock.ts';
import { systemFiles } from '../../host/files.ts';
import { systemReadTree } from '../../host/read-tree.ts';
import { freshState } from '../desired/next-state.ts';
import { NodeRules } from '../uplinks/node-rules.ts';
import { ProviderResolvers } from '../uplinks/provider-resolvers.ts';
import { RoutedLab } from '../uplinks/routed-lab.ts';
import { NodeConfig } from './node-config.ts';

const keyfiles = 'rw/config/NM-system-connections';
const namespace = { name: 'B', node: { kind: 'namespace' }, handle: undefined };

let folder = '';
let asked: KernelOp[] = [];
let logged: string[] = [];
let config: NodeConfig;
/** Nobody has an uplink. */
const routed = RoutedLab.of(
  freshState({ name: 'lab', directory: '/', files: '/', topology: { name: 'lab', attributes: {}, nodes: [], links: [] } }),
);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weft-config-'));
  asked = [];
  logged = [];
  const run = (ops: readonly KernelOp[]) => {
    asked.push(...ops);
    return Promise.resolve(ops.map(() => undefined));
  };
  const names = { of: () => new Map(), first: () => Promise.resolve() };
  const resolution = { files: systemFiles, clock: systemClock, run: `${folder}/run`, time: () => 0 };
  config = new NodeConfig(
    { kernel: { run }, files: systemFiles, readTree: systemReadTree, run: `${folder}/run`, log: (text) => logged.push(text) },
    folder,
    () => routed,
    new NodeRules(
      {
        kernel: { run, flows: () => Promise.resolve([]) },
        resolvers: new ProviderResolvers(resolution),
        names,
        wanted: () => false,
        time: () => 0,
      },
      () => routed,
    ),
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(node: string, name: string, text: string): void {
  mkdirSync(join(folder, `${node}.d/${keyfiles}`), { recursive: true });
  writeFileSync(join(folder, `${node}.d/${keyfiles}/${name}`), text);
}

const profile = (port: string, more: string) =>
  `[connection]\ninterface-name=${port}\n[ipv6]\nmethod=ignore\n[ipv4]\nmethod=manual\n${more}`;

/** A guest that answers commands with what it printed on standard error, and keeps their standard input. */
function guest(stderr: string, scripts: string[] = []) {
  const exec: NodeHandle['exec'] = (_argv, input) => {
    scripts.push(new TextDecoder().decode(input));
    return Promise.resolve({ code: stderr === '' ? 0 : 1, stdout: new Uint8Array(), stderr: new TextEncoder().encode(stderr) });
  };
  return { name: 'G', node: { kind: 'vm' }, handle: { exec } as unknown as NodeHandle };
}

describe('a namespace', () => {
  it('is asked for nothing where it has no folder', async () => {
    await config.interfaceAppeared(namespace, 'F', undefined);
    expect([asked, config.takeWarnings()]).toEqual([[], []]);
  });

  it('gets the name servers of all its interfaces, and loses those of one that went', async () => {
    write('B', 'F.nmconnection', profile('F', 'address1=10.0.0.1/24\ndns=10.0.0.9\n'));
    write('B', 'G.nmconnection', profile('G', 'address1=10.1.0.1/24\ndns=10.1.0.9\ndns-priority=5\n'));
    await config.interfaceAppeared(namespace, 'F', undefined);
    const file = config.resolverOf('B');
    expect(file === undefined ? undefined : readFileSync(file, 'utf8')).toBe('nameserver 10.0.0.9\n');
    await config.interfaceAppeared(namespace, 'G', undefined);
    expect(readFileSync(`${folder}/run/resolv/B`, 'utf8')).toBe('nameserver 10.1.0.9\nnameserver 10.0.0.9\n');
    await config.interfaceGone(namespace, 'F');
    expect(readFileSync(`${folder}/run/resolv/B`, 'utf8')).toBe('nameserver 10.1.0.9\n');
    await config.interfaceGone(namespace, 'G');
    expect(readFileSync(`${folder}/run/resolv/B`, 'utf8')).toBe(readFileSync('/etc/resolv.conf', 'utf8'));
  });

  it('keeps its file, which its processes have mounted', async () => {
    const path = `${folder}/run/resolv/B`;
    const servers = ['10.0.0.9', '10.100.100.100;10.100.100.101', '10.0.0.8'];
    const inodes = new Set<number>();
    for (const dns of servers) {
      write('B', 'F.nmconnection', profile('F', `address1=10.0.0.1/24\ndns=${dns}\n`));
      await config.interfaceAppeared(namespace, 'F', undefined);
      expect(readFileSync(path, 'utf8')).toBe(`nameserver ${dns.replace(';', '\nnameserver ')}\n`);
      inodes.add(statSync(path).ino);
    }
    await config.interfaceGone(namespace, 'F');
    expect(inodes.add(statSync(path).ino).size).toBe(1);
  });

  it('leaves nothing when it goes itself', async () => {
    write('B', 'F.nmconnection', profile('F', 'address1=10.0.0.1/24\ndns=10.0.0.9\n'));
    await config.interfaceAppeared(namespace, 'F', undefined);
    await config.nodeGone('B');
    expect(config.resolverOf('B')).toBeUndefined();
    expect(existsSync(`${folder}/run/resolv/B`)).toBe(false);
  });

  it('loses what a file asked for when the file is gone', async () => {
    write('B', 'F.nmconnection', profile('F', 'address1=10.0.0.1/24\n'));
    await config.interfaceAppeared(namespace, 'F', undefined);
    rmSync(join(folder, 'B.d'), { recursive: true });
    asked = [];
    await config.interfaceAppeared(namespace, 'F', undefined);
    await config.interfaceAppeared(namespace, 'F', undefined);
    expect(asked).toEqual([
      { op: 'addresses-set', netns: 'B', name: 'F', addresses: [] },
      { op: 'routes-set', netns: 'B', name: 'F', routes: [] },
    ]);
  });

  it('is warned of once for each mistake, however many interfaces appear', async () => {
    write('B', 'F.nmconnection', profile('F', 'address1=10.0.0/24\n'));
    await config.interfacesAppeared(['F', 'G'].map((port) => ({ node: namespace, port, mac: undefined })));
    await config.interfaceAppeared(namespace, 'H', undefined);
    const warning = `${folder}/B.d/${keyfiles}/F.nmconnection:7:10: address1 is 10.0.0/24; an IPv4 ADDRESS/LENGTH was expected (write ADDRESS/LENGTH, like 192.0.2.1/24); the file is not applied`;
    expect(config.takeWarnings()).toEqual([warning]);
    expect(config.takeWarnings()).toEqual([]);
    expect(asked).toEqual([]);
  });
});

describe('a guest', () => {
  it('is given everything when it is ready, and keyfiles alone when an interface appears', async () => {
    write('G', 'F.nmconnection', profile('F', 'address1=10.0.0.1/24\n'));
    writeFileSync(join(folder, 'G.d/rw/other'), 'x');
    const scripts: string[] = [];
    const node = guest('', scripts);
    await config.guestReady(node, [{ port: 'F', mac: undefined }]);
    await config.interfaceAppeared(node, 'F', undefined);
    expect(scripts.map((script) => [script.includes("put '/rw/other' 644"), script.includes('address 10.0.0.1/24')])).toEqual([
      [true, true],
      [false, true],
    ]);
    expect(config.takeWarnings()).toEqual([]);
  });

  it('is warned of by what its script says', async () => {
    write('G', 'F.nmconnection', profile('F', 'address1=10.0.0.1/24\n'));
    await config.guestReady(guest('there is no interface F\n'), [{ port: 'F', mac: undefined }]);
    expect(config.takeWarnings()).toEqual(['G: there is no interface F']);
    expect(logged).toEqual(['G: there is no interface F']);
  });

  it('is warned of where nobody can run a command in it', async () => {
    write('G', 'F.nmconnection', profile('F', 'address1=10.0.0.1/24\n'));
    const exec = () => Promise.reject(new HostError('no-agent', 'G has no guest agent'));
    await config.guestReady({ ...guest(''), handle: { exec } as unknown as NodeHandle }, []);
    expect(config.takeWarnings()).toEqual([`G is not configured by ${folder}/G.d: G has no guest agent`]);
  });

  it('is left for later while it does not run', async () => {
    write('G', 'F.nmconnection', profile('F', 'address1=10.0.0.1/24\n'));
    await config.interfaceAppeared({ ...guest(''), handle: undefined }, 'F', undefined);
    expect(config.takeWarnings()).toEqual([]);
  });
});
