import { isIpv4 } from '../../model/ip-prefix.ts';

/** The IPv4 name servers of a resolv.conf(5), in their order. */
export function nameServersIn(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const [, server = ''] = /^nameserver[ \t]+([^ \t#;]+)/.exec(line) ?? [];
    return isIpv4(server) ? [server] : [];
  });
}
