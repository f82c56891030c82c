import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { alternate } from '../measure.mjs';
import { uplinksByHand } from '../uplinks-by-hand.mjs';

/** Routed uplinks: many clients of one provider, and a long chain of providers. */
export const uplinks = {
  name: 'uplinks',
  about: 'up of routed uplinks, rules and all, against the same typed into ip and nft; everybody then reaches the end',
  async run({ workshop, quick, report }) {
    if (process.getuid() !== 0) return report.skip('routed uplinks', 'this part needs root');
    const compare = async (what, network) => await comparison(workshop, quick, what, network);
    const row = (what, figures) => report.row({ what, unit: 'ms', against: 'ip and nft by hand', ...figures });
    const [few, many] = quick ? [5, 50] : [20, 200];
    await slope(row, 'client', [few, many], async (count) => await compare(`clients-${count}`, star(count)));
    await slope(row, 'hop', [1, 8], async (count) => await compare(`hops-${count}`, chain(count)));
  },
};

/** The rows of two sizes, and what one more costs. */
async function slope(row, unit, [few, many], measured) {
  const small = await measured(few);
  const large = await measured(many);
  row(`up: ${few} ${unit}${few === 1 ? '' : 's'}`, small);
  row(`up: ${many} ${unit}s`, large);
  const [value, reference] = ['value', 'reference'].map((side) => (large[side] - small[side]) / (many - few));
  row(`each ${unit} more`, { value, reference, ratio: value / reference });
}

async function comparison(workshop, quick, name, network) {
  const lab = workshop.lab(name, network.topology);
  const keyfiles = join(lab.directory, 'net.d/rw/config/NM-system-connections');
  mkdirSync(keyfiles, { recursive: true });
  writeFileSync(join(keyfiles, 'eth0.nmconnection'), keyfile, { mode: 0o600 });
  await lab.run('up');
  await reachesTheEnd(lab, network);
  const rules = await rulesOf(lab, network);
  await lab.run('down');
  const byHand = uplinksByHand(join(workshop.folder, `${name}-by-hand`), network, rules);
  const figures = await alternate(
    quick ? 3 : 5,
    async () => {
      const { wall } = await lab.run('up');
      await lab.run('down');
      return { up: wall };
    },
    byHand,
  );
  return figures('up');
}

const keyfile = `[connection]
type=ethernet
interface-name=eth0

[ipv4]
method=manual
address1=192.168.0.2/24,192.168.0.1
`;

/** The rules of each node, as nft lists them. Clients that are nothing else have the same. */
async function rulesOf(lab, { clients, nodes }) {
  const known = new Map();
  for (const node of [...nodes.filter((name) => !clients.includes(name) && name !== 'world'), clients[0]]) {
    const { stdout } = await lab.run('exec', node, '--', 'nft', 'list', 'ruleset');
    known.set(node, stdout);
  }
  return (node) => known.get(clients.includes(node) ? clients[0] : node);
}

async function reachesTheEnd(lab, { clients }) {
  for (let at = 0; at < clients.length; at += 10) {
    const some = clients.slice(at, at + 10);
    await Promise.all(some.map((node) => lab.run('exec', node, '--', 'ping', '-q', '-c', '1', '-W', '5', '192.168.0.1')));
  }
}

/** Clients of the one provider. */
function star(count) {
  return network(Array.from({ length: count }, (_, at) => ({ client: `c${at}`, provider: 'net', provides: false })));
}

/** A client behind so many providers. */
function chain(count) {
  const providers = Array.from({ length: count - 1 }, (_, at) => ({
    client: `p${at + 1}`,
    provider: at === 0 ? 'net' : `p${at}`,
    provides: true,
  }));
  return network([...providers, { client: 'c0', provider: count === 1 ? 'net' : `p${count - 1}`, provides: false }]);
}

/** world - net, and who has an uplink to whom; numbers are those that weft gives, in the order of the file. */
function network(tree) {
  const nodes = ['world', 'net', ...tree.map(({ client }) => client)];
  const number = (node) => nodes.indexOf(node) + 1;
  const ip = (node) => `10.137.0.${number(node)}`;
  const lines = tree.map(
    ({ client, provider, provides }) => `  ${client} [qn_netvm="${provider}"${provides ? ', qn_provides_network="true"' : ''}];`,
  );
  return {
    topology: [
      'graph bench {',
      '  qn_template="namespace";',
      '  world;',
      '  net [qn_provides_network="true"];',
      ...lines,
      '  world:lan -- net:eth0 [qn_tailip="192.168.0.1/24"];',
      '}\n',
    ].join('\n'),
    nodes,
    clients: tree.filter(({ provides }) => !provides).map(({ client }) => client),
    links: [['world', 'lan', 'net', 'eth0', '192.168.0.1', '192.168.0.2']],
    uplinks: tree.map(({ client, provider }) => ({
      client,
      provider,
      number: number(client),
      ip: ip(client),
      gateway: ip(provider),
    })),
  };
}
