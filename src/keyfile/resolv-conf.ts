import type { DnsConfig } from './interface-config.ts';

/**
 * The resolv.conf(5) of a node from what its interfaces say: lower priorities first, and only those where one of them is negative, as
 * NetworkManager has it. undefined where none says anything.
 */
export function resolvConf(interfaces: readonly DnsConfig[]): string | undefined {
  const sorted = interfaces.filter(saysSomething).sort((a, b) => a.priority - b.priority);
  const [first] = sorted;
  if (first === undefined) return undefined;
  const used = first.priority < 0 ? sorted.filter(({ priority }) => priority === first.priority) : sorted;
  const all = (what: (dns: DnsConfig) => readonly string[]) => [...new Set(used.flatMap(what))];
  const search = all((dns) =>
    dns.search.map((domain) => domain.replace(/^~/, '')).filter((domain) => domain !== '' && domain !== '.'),
  );
  const options = all((dns) => dns.options);
  return [
    ...(search.length === 0 ? [] : [`search ${search.join(' ')}`]),
    ...all((dns) => dns.servers).map((server) => `nameserver ${server}`),
    ...(options.length === 0 ? [] : [`options ${options.join(' ')}`]),
    '',
  ].join('\n');
}

function saysSomething({ options, search, servers }: DnsConfig): boolean {
  return servers.length + search.length + options.length > 0;
}
