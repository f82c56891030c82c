import type { IpMethod, IpSettings } from './connection-profile.ts';
import { addressIn, type IpFamily, prefixIn } from './ip-family.ts';
import { gatewayIn, numbered, routesOf, UNSIGNED } from './read-routes.ts';
import { booleanOf, type Entries, integerOf, wordOf } from './scalar-values.ts';
import { type Complain, valueFault, withoutEffect } from './value-fault.ts';
import { listOf, partsOf, type ValueText } from './value-text.ts';

const ADDRESS = /^address(?:es)?(\d*)$/;

const METHODS: Readonly<Record<IpFamily['group'], readonly IpMethod[]>> = {
  ipv4: ['auto', 'disabled', 'link-local', 'manual', 'shared'],
  ipv6: ['auto', 'dhcp', 'disabled', 'ignore', 'link-local', 'manual', 'shared'],
};

/** [ipv4] or [ipv6]. Without the group its method is `auto`, as NetworkManager normalizes a profile. */
export function ipSettings(entries: Entries, family: IpFamily, complain: Complain): IpSettings {
  const { addresses, gateway } = addressesOf(entries, family, complain);
  const method = methodOf(entries, family, numbered(entries, ADDRESS).length > 0, complain);
  const own = wordOf(entries, 'gateway');
  const ownGateway = gatewayIn(own, family, 'gateway', complain);
  return {
    method,
    addresses,
    gateway: ownGateway ?? gateway,
    routes: routesOf(entries, family, complain),
    routeMetric: notDefault(integerOf(entries, 'route-metric', [-1, UNSIGNED[1]], complain)),
    routeTable: integerOf(entries, 'route-table', UNSIGNED, complain) || undefined,
    dns: dnsOf(entries, family, complain),
    dnsSearch: wordsOf(entries, 'dns-search', complain),
    dnsOptions: wordsOf(entries, 'dns-options', complain),
    dnsPriority: integerOf(entries, 'dns-priority', [-2_147_483_648, 2_147_483_647], complain) ?? 0,
    neverDefault: booleanOf(entries, 'never-default', false, complain),
    ignoreAutoRoutes: booleanOf(entries, 'ignore-auto-routes', false, complain),
    addressesFromMac: addressesFromMac(entries, complain),
  };
}

/** -1 stands for the default of the kind of interface. */
function notDefault(metric: number | undefined): number | undefined {
  return metric === undefined || metric < 0 ? undefined : metric;
}

/** `addressN=ADDRESS/LENGTH[,GATEWAY]`; the first gateway counts. */
function addressesOf(
  entries: Entries,
  family: IpFamily,
  complain: Complain,
): { readonly addresses: readonly string[]; readonly gateway: string | undefined } {
  const addresses: string[] = [];
  let gateway: string | undefined;
  for (const [key, value] of numbered(entries, ADDRESS)) {
    const [prefix, via, more] = partsOf(value);
    if (more !== undefined)
      complain(valueFault(more.span, `${key} has more than ADDRESS/LENGTH,GATEWAY`, 'put every address on a line of its own'));
    const address = prefixIn(prefix ?? value, family, key, complain);
    if (address !== undefined && !addresses.includes(address)) addresses.push(address);
    gateway ??= gatewayIn(via, family, `the gateway of ${key}`, complain);
  }
  return { addresses, gateway };
}

function methodOf(entries: Entries, family: IpFamily, hasAddresses: boolean, complain: Complain): IpMethod {
  const methods = METHODS[family.group];
  const value = wordOf(entries, 'method');
  if (value === undefined) return 'auto';
  const method = methods.find((known) => known === value.text);
  if (method === undefined) {
    complain(valueFault(value.span, `${value.text} is no method of [${family.group}]`, `the methods are ${methods.join(', ')}`));
    return 'auto';
  }
  if (method === 'manual' && !hasAddresses) {
    complain(
      valueFault(
        value.span,
        `method=manual of [${family.group}] needs an address, and there is none`,
        `add address1=${family.example}/${family.bits === 32 ? 24 : 64}, or write method=disabled`,
      ),
    );
  }
  tellLimits(method, value, family, complain);
  return method;
}

/** Methods that take a server or a client of DHCP, or more than an interface. */
function tellLimits(method: IpMethod, { span }: ValueText, family: IpFamily, complain: Complain): void {
  const v4 = family.bits === 32;
  const without =
    method === 'shared'
      ? 'no DHCP server and no address translation'
      : (method === 'auto' && v4) || method === 'dhcp'
        ? 'no DHCP client'
        : method === 'link-local' && v4
          ? 'no link-local IPv4 addresses'
          : undefined;
  if (without === undefined) return;
  complain(
    withoutEffect(
      span,
      `weft brings ${without}: method=${method} sets what the file itself says, and nothing more`,
      'write method=manual with address1=ADDRESS/LENGTH',
    ),
  );
}

/** `dns=ADDRESS;ADDRESS;`; a name for TLS behind `#` is passed over. */
function dnsOf(entries: Entries, family: IpFamily, complain: Complain): readonly string[] {
  const entry = entries.get('dns');
  if (entry === undefined) return [];
  return listOf(entry).flatMap(
    ({ text, span }) => addressIn({ text: text.replace(/#.*$/s, ''), span }, family, 'dns', complain) ?? [],
  );
}

/** Domains and options of resolv.conf(5): words without blanks. */
function wordsOf(entries: Entries, key: string, complain: Complain): readonly string[] {
  const entry = entries.get(key);
  return (entry === undefined ? [] : listOf(entry)).flatMap(({ span, text }) => {
    if (/^[~A-Za-z0-9._:-]+$/.test(text)) return text;
    complain(valueFault(span, `${key} has ${text}; only letters, digits and . _ - : may stand in it`, `write ${key}=ONE;OTHER;`));
    return [];
  });
}

const GENERATION_MODES = ['eui64', 'stable-privacy', 'default', 'default-or-eui64'];

function addressesFromMac(entries: Entries, complain: Complain): boolean | undefined {
  const value = wordOf(entries, 'addr-gen-mode');
  if (value === undefined) return undefined;
  // NetworkManager has written the first two as numbers, too.
  if (!GENERATION_MODES.includes(value.text) && !['0', '1', '2', '3'].includes(value.text))
    complain(valueFault(value.span, `${value.text} is no addr-gen-mode`, `the modes are ${GENERATION_MODES.join(', ')}`));
  return value.text === 'eui64' || value.text === '0' ? true : undefined;
}
