import { beforeEach, describe, expect, it } from 'vitest';
import type { NodeHandle } from '../../boundary/driver.ts';
import type { Flow, KernelOp } from '../../boundary/kernel.ts';
import { readTopology } from '../../dot/read-topology.ts';
import { uplinkTree } from '../../model/uplink-tree.ts';
import { uplinksOf } from '../../plan/uplinks.ts';
import { freshState } from '../desired/next-state.ts';
import { NodeRules } from './node-rules.ts';
import { RoutedLab } from './routed-lab.ts';

const WORK = '10.137.0.2';

let time: number;
let servers: readonly string[];
/** What is known of names, and what the first look at them finds. */
let known: Map<string, readonly string[]>;
let found: Map<string, readonly string[]>;
let waits: string[];
let method: string;
let firewall: string;
let attached: boolean;
let flows: readonly Flow[];
let ops: KernelOp[];
let refusal: { code: string; message: string } | undefined;
let rules: NodeRules;

/** `work` behind `net`; everyone is to run. */
function routed(): RoutedLab {
  const text = `graph lab { qn_template="namespace"; net [qn_provides_network=true]; work [qn_netvm=net, qn_firewall="${firewall}", "feature.routing-method"="${method}"]; }`;
  const read = readTopology({ path: 'topology.dot', text }, { defaultName: 'lab' });
  const topology = read.topology;
  if (topology === undefined) throw new Error(JSON.stringify(read.diagnostics));
  const state = freshState({ name: 'lab', directory: '/', files: '/', topology });
  const wishes = { topology, tree: uplinkTree(topology), numbers: state.numbers, connections: [] };
  return RoutedLab.of({ ...state, uplinks: attached ? uplinksOf(wishes, [], { runs: () => true, paused: () => false }) : [] });
}

beforeEach(() => {
  [time, servers, known, found, waits] = [1000, ['192.0.2.1'], new Map(), new Map(), []];
  method = '';
  attached = true;
  [firewall, flows, ops, refusal] = ['action=accept', [], [], undefined];
  rules = new NodeRules(
    {
      kernel: {
        run: (asked) => {
          ops.push(...asked);
          return Promise.resolve(asked.map(({ op }) => (op === 'nft' ? refusal : undefined)));
        },
        flows: () => Promise.resolve(flows),
      },
      resolvers: { read: () => Promise.resolve(servers), forget: () => undefined },
      names: {
        of: () => known,
        first: (_asker, names) => {
          waits.push(...names);
          known = found;
          return Promise.resolve();
        },
      },
      wanted: () => true,
      time: () => time,
    },
    routed,
  );
});

/** Loads the rules of `net`, and gives the operations that it took, apart from settings. */
async function load(options: Parameters<NodeRules['load']>[1] = {}): Promise<readonly KernelOp[]> {
  ops = [];
  expect(await rules.load(['net'], options)).toEqual([]);
  return ops.filter(({ op }) => op !== 'sysctl');
}
const text = (loaded: readonly KernelOp[]) => loaded.flatMap((op) => (op.op === 'nft' ? [op.text] : [])).join();
const flow = (destinationPort: number, source = WORK): Flow => {
  return { family: 4, proto: 6, source, destination: '192.0.2.9', sourcePort: 4000, destinationPort };
};

describe('the rules of a namespace', () => {
  it('are loaded when they change, and only then', async () => {
    expect(text(await load())).toContain('dnat to 192.0.2.1');
    expect(await load()).toEqual([]);
    servers = ['192.0.2.2'];
    const changed = await load();
    expect(text(changed)).toContain('dnat to 192.0.2.2');
    // Who asks again from the same port is to reach the new server.
    expect(changed.slice(1)).toEqual([{ op: 'flows-delete', netns: 'net', addresses: ['10.139.1.1', '10.139.1.2'] }]);
  });

  it('are known as of when they were compiled, though they say the same', async () => {
    firewall = 'action=accept expire=1010\\naction=accept';
    await load();
    time = 1001;
    firewall = 'action=accept expire=1020\\naction=accept';
    expect(await load()).toEqual([]);
    const [{ network, time: compiled } = { network: undefined, time: 0 }] = rules.providers;
    expect([compiled, network?.clients[0]?.firewall[0]?.expire]).toEqual([1001, 1020]);
  });

  it('wait for names that nobody has looked up, but not before there are interfaces', async () => {
    firewall = 'action=accept dsthost=www.test';
    found = new Map([['www.test', ['192.0.2.80']]]);
    expect(text(await load({ beforeInterfaces: true }))).not.toContain('192.0.2.80');
    expect(waits).toEqual([]);
    expect(text(await load())).toContain('ip daddr 192.0.2.80/32 accept');
    expect(waits).toEqual(['www.test']);
  });

  it('are there for clients that are to run before these are attached, and then not loaded again', async () => {
    attached = false;
    const first = await load({ beforeInterfaces: true });
    expect(text(first)).toContain('"vif2.0" . 10.137.0.2');
    expect(first.map(({ op }) => op)).toEqual(['nft']);
    attached = true;
    expect(await load()).toEqual([]);
    attached = false;
    const after = await load();
    expect(text(after)).not.toContain('"vif2.0" . 10.137.0.2');
    expect(after.slice(1)).toEqual([{ op: 'flows-delete', netns: 'net', addresses: [WORK] }]);
  });

  it('end the flows that they forbid now, and no others', async () => {
    await load();
    flows = [flow(22), flow(443), flow(22, '10.137.0.9')];
    firewall = 'action=accept proto=tcp dstports=80-1000';
    expect((await load()).slice(1)).toEqual([{ op: 'flow-delete', netns: 'net', flow: flow(22) }]);
    flows = [];
    firewall = 'action=accept proto=tcp dstports=80';
    expect((await load()).slice(1)).toEqual([]);
  });

  it('let the node answer for clients that are reached by their own address, as long as there are any', async () => {
    const answers = async () => {
      await load();
      return ops.flatMap((op) => (op.op === 'sysctl' && op.key.endsWith('/proxy_arp') ? [op.value] : []));
    };
    expect(await answers()).toEqual([]);
    method = 'forward';
    expect(await answers()).toEqual(['1']);
    method = 'masquerade';
    expect(await answers()).toEqual(['0']);
  });

  it('are not known as loaded where the kernel refuses them', async () => {
    refusal = { code: 'EINVAL', message: 'no' };
    expect(await rules.load(['net'])).toEqual(['net: the rules of its network are not loaded, so it forwards nothing: no']);
    expect([rules.isLoaded('net'), rules.providers]).toEqual([false, []]);
  });
});

it('gives a guest what it lacks, and then lets it forget what it forbids', async () => {
  const scripts: string[] = [];
  const listed = `tcp 6 9 ESTABLISHED src=${WORK} dst=192.0.2.9 sport=4000 dport=22 src=192.0.2.9 dst=192.0.2.1 sport=22 dport=4000\n`;
  const exec: NodeHandle['exec'] = (_argv, input) => {
    if (input !== undefined) scripts.push(new TextDecoder().decode(input));
    return Promise.resolve({ code: 0, stdout: new TextEncoder().encode(listed), stderr: new Uint8Array() });
  };
  const handle = { exec } as unknown as NodeHandle;
  const first = await rules.forGuest('net', handle);
  expect(first?.rules).toContain('dnat to 192.0.2.1');
  await first?.loaded();
  expect([await rules.forGuest('net', handle), scripts]).toEqual([undefined, []]);
  firewall = 'action=accept proto=udp';
  await (await rules.forGuest('net', handle))?.loaded();
  expect(scripts).toEqual([`conntrack -D -f ipv4 -p tcp -s ${WORK} -d 192.0.2.9 --sport 4000 --dport 22 >/dev/null 2>&1\n`]);
});
