import { isIpv4, isIpv6 } from '../../model/ip-prefix.ts';

/** The name servers of a resolv.conf(5), in their order; those that are reached by one interface alone (`fe80::1%eth0`) are left out. */
export function nameServersIn(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const [, server = ''] = /^nameserver[ \t]+([^ \t#;]+)/.exec(line) ?? [];
    return isIpv4(server) || (isIpv6(server) && !/^fe[89ab]/i.test(server)) ? [server] : [];
  });
}
