import { expect, it } from 'vitest';
import type { NodeHandle } from '../../boundary/driver.ts';
import { flowRemoval, forgetFlowsInGuest } from './guest-flows.ts';

const printed = `tcp      6 431999 ESTABLISHED src=10.137.0.2 dst=192.0.2.1 sport=4000 dport=443 src=192.0.2.1 dst=10.137.0.1 sport=443 dport=4000 [ASSURED] mark=0 use=1
udp      17 20 src=10.137.0.2 dst=10.139.1.1 sport=5000 dport=53 src=192.0.2.9 dst=10.137.0.1 sport=53 dport=5000 mark=0 use=1
icmpv6   58 29 src=fd00::2 dst=fd00::9 type=128 code=0 id=7 src=fd00::9 dst=fd00::1 type=129 code=0 id=7 mark=0 use=1
`;

it('tells a guest to forget flows by what they were sent to, and no others', async () => {
  const scripts: string[] = [];
  const exec: NodeHandle['exec'] = (_argv, input) => {
    if (input !== undefined) scripts.push(new TextDecoder().decode(input));
    const stdout = new TextEncoder().encode(input === undefined ? printed : '');
    return Promise.resolve({ code: 0, stdout, stderr: new Uint8Array() });
  };
  await forgetFlowsInGuest({ exec }, ({ destination }) => destination !== '192.0.2.1');
  await forgetFlowsInGuest({ exec }, () => false);
  expect(scripts).toEqual([
    `conntrack -D -f ipv4 -p udp -s 10.137.0.2 -d 10.139.1.1 --sport 5000 --dport 53 >/dev/null 2>&1
conntrack -D -f ipv6 -p icmpv6 -s fd00::2 -d fd00::9 --icmpv6-type 128 >/dev/null 2>&1
`,
  ]);
});

it('passes over what no kernel says', () => {
  expect(flowRemoval([{ family: 4, proto: 'tcp', source: '10.137.0.2', destination: '$(reboot)' }])).toBe('');
  expect(flowRemoval([{ family: 4, proto: '-x', source: '10.137.0.2', destination: '192.0.2.1' }])).toBe('');
});
