/** The interfaces by which default routes lead, from /proc/net/route and /proc/net/ipv6_route (proc_net(5)). */
export function defaultInterfaces(route: string, ipv6Route: string): ReadonlySet<string> {
  const ipv4 = route.split('\n').flatMap((line) => {
    const [name = '', destination, , , , , , mask] = line.split('\t');
    return destination === '00000000' && mask === '00000000' ? [name] : [];
  });
  const ipv6 = ipv6Route.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const name = fields.at(-1) ?? '';
    return fields[0] === '0'.repeat(32) && fields[1] === '00' && name !== 'lo' ? [name] : [];
  });
  return new Set([...ipv4, ...ipv6]);
}
