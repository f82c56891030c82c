import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { timed } from './measure.mjs';

/**
 * The same namespaces, uplinks and rules as a lab has, typed into ip(8) and nft(8): one batch for what is there, then for each node its
 * rules, a process and its interfaces. `rules` gives a node's, as nft lists them. Wall milliseconds until all of it is there; it ends with
 * the namespaces around it.
 */
export function uplinksByHand(folder, { nodes, links, uplinks }, rules) {
  mkdirSync(folder);
  const file = (name, lines) => {
    const path = join(folder, name);
    writeFileSync(path, `${lines.join('\n')}\n`);
    return path;
  };
  const all = file('all.ip', [
    ...nodes.map((node) => `netns add ${node}`),
    ...links.map(([node, port, other, peer]) => wire(node, port, other, peer)),
    ...uplinks.map(({ client, number, provider }) => wire(provider, `vif${number}.0`, client, 'eth0')),
  ]);
  const steps = nodes.flatMap((node) => {
    const own = uplinks.find(({ client }) => client === node);
    const below = uplinks.filter(({ provider }) => provider === node);
    const outside = links.flatMap(([tail, port, head, peer, ip, otherIp]) => [
      ...(tail === node ? [`address add ${ip}/24 dev ${port}`, `link set ${port} up`] : []),
      ...(head === node
        ? [`address add ${otherIp}/24 dev ${peer}`, `link set ${peer} up`, `route add default via ${ip} dev ${peer}`]
        : []),
    ]);
    const batch = file(`${node}.ip`, [
      'link set lo up',
      ...(own === undefined ? [] : clientLines(own)),
      ...below.flatMap(providerLines),
      ...outside,
    ]);
    const text = rules(node);
    const filters = text === undefined ? [] : [`ip netns exec ${node} nft -f ${file(`${node}.nft`, [text])}`];
    const settings = file(`${node}.sh`, [
      ...below.map(({ number }) => `echo 1 >/proc/sys/net/ipv4/conf/vif${number}.0/proxy_arp`),
      ...below.map(({ number }) => `echo 1 >/proc/sys/net/ipv6/conf/vif${number}.0/disable_ipv6`),
      ...(own === undefined ? [] : ['echo 1 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6']),
      ...(below.length === 0 ? [] : ['echo 1 >/proc/sys/net/ipv4/ip_forward']),
      'sleep 1000 >/dev/null 2>&1 &',
    ]);
    return [...filters, `ip netns exec ${node} sh ${settings}`, `ip -n ${node} -batch ${batch}`];
  });
  const script = file('up.sh', [
    'set -e',
    'mkdir -p /run/netns',
    'mount -t tmpfs tmpfs /run/netns',
    `ip -batch ${all}`,
    ...steps,
  ]);
  return async () => {
    const { wall } = await timed(['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child', 'sh', script]);
    return { up: wall };
  };
}

function wire(node, port, other, peer) {
  return `link add ${port} netns ${node} numtxqueues 1 numrxqueues 1 type veth peer name ${peer} netns ${other} numtxqueues 1 numrxqueues 1`;
}

function clientLines({ gateway, ip }) {
  return [
    'link set eth0 address 00:16:3e:5e:6c:00 group 1',
    `address add ${ip}/32 dev eth0`,
    'link set eth0 up',
    `neighbour add ${gateway} lladdr fe:ff:ff:ff:ff:ff dev eth0 nud permanent`,
    `route add ${gateway} dev eth0`,
    `route add default via ${gateway} dev eth0 onlink`,
    'route append default dev eth0',
  ];
}

function providerLines({ gateway, ip, number }) {
  const port = `vif${number}.0`;
  return [
    `link set ${port} address fe:ff:ff:ff:ff:ff group 2`,
    `address add ${gateway}/32 dev ${port}`,
    `link set ${port} up`,
    `neighbour add ${ip} lladdr 00:16:3e:5e:6c:00 dev ${port} nud permanent`,
    `route add ${ip} dev ${port} metric ${32752 - number}`,
  ];
}
