import type { Diagnostic } from '../model/diagnostic.ts';
import { interfaceNameFault } from '../model/interface-name.ts';
import type { MacAddress } from '../model/mac-address.ts';
import type { ConnectionProfile } from './connection-profile.ts';
import { IPV4, IPV6 } from './ip-family.ts';
import { type KeyFile, parseKeyFile } from './key-file.ts';
import { ipSettings } from './read-ip-settings.ts';
import { booleanOf, type Entries, integerOf, macIn, macsOf, wordOf } from './scalar-values.ts';
import { type Complain, valueFault, withoutEffect } from './value-fault.ts';

/** What a keyfile says, and what is wrong with it. */
export interface ReadProfile {
  /** undefined where the file has errors: half a configuration is none. */
  readonly profile: ConnectionProfile | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

const ETHERNET = ['ethernet', '802-3-ethernet'];
const NONE: Entries = new Map();

/**
 * Reads a keyfile of NetworkManager (nm-settings-keyfile(5)). Groups and keys that weft does not carry out are passed over, as are those
 * that nobody knows; values that cannot be meant are errors.
 */
export function readProfile(untrustedText: string): ReadProfile {
  const file = parseKeyFile(untrustedText);
  const diagnostics: Diagnostic[] = [...file.diagnostics];
  const profile = profileOf(file, (diagnostic) => diagnostics.push(diagnostic));
  const broken = diagnostics.some(({ severity }) => severity === 'error');
  return { profile: broken ? undefined : profile, diagnostics };
}

function profileOf({ groups }: KeyFile, complain: Complain): ConnectionProfile {
  const connection = groups.get('connection') ?? NONE;
  const ethernet = new Map(ETHERNET.flatMap((name) => [...(groups.get(name) ?? [])]));
  const interfaceName = wordOf(connection, 'interface-name');
  const unfit = interfaceName === undefined || interfaceName.text === 'lo' ? undefined : interfaceNameFault(interfaceName.text);
  if (interfaceName !== undefined && unfit !== undefined)
    complain(valueFault(interfaceName.span, `${interfaceName.text} cannot name an interface: ${unfit}`, "write the port's name"));
  const mac = wordOf(ethernet, 'mac-address');
  const [first] = connection.values();
  return {
    id: wordOf(connection, 'id')?.text ?? '',
    type: typeOf(connection, complain),
    interfaceName: interfaceName?.text,
    autoconnect: booleanOf(connection, 'autoconnect', true, complain),
    autoconnectPriority: integerOf(connection, 'autoconnect-priority', [-999, 999], complain) ?? 0,
    macAddress: mac === undefined ? undefined : macIn(mac, 'mac-address', complain),
    macDenylist: ['mac-address-denylist', 'mac-address-blacklist'].flatMap((key) => macsOf(ethernet, key, complain)),
    clonedMac: clonedMacOf(ethernet, complain),
    mtu: integerOf(ethernet, 'mtu', [0, 65_535], complain) || undefined,
    ipv4: ipSettings(groups.get('ipv4') ?? NONE, IPV4, complain),
    ipv6: ipSettings(groups.get('ipv6') ?? NONE, IPV6, complain),
    span: interfaceName?.span ?? first?.keySpan ?? { from: 0, to: 0 },
  };
}

function typeOf(connection: Entries, complain: Complain): string {
  const type = wordOf(connection, 'type');
  if (type === undefined || ETHERNET.includes(type.text)) return 'ethernet';
  complain(
    withoutEffect(
      type.span,
      `weft configures ethernet interfaces only, and this is a connection of type ${type.text}`,
      'write type=ethernet',
    ),
  );
  return type.text;
}

/** `preserve` and `permanent` leave the MAC as it is. */
function clonedMacOf(ethernet: Entries, complain: Complain): MacAddress | undefined {
  const value = wordOf(ethernet, 'cloned-mac-address') ?? wordOf(ethernet, 'assigned-mac-address');
  if (value === undefined || ['preserve', 'permanent'].includes(value.text)) return undefined;
  if (!['random', 'stable', 'stable-ssid'].includes(value.text)) return macIn(value, 'cloned-mac-address', complain);
  complain(withoutEffect(value.span, `weft makes no ${value.text} MAC addresses`, 'write the address itself'));
  return undefined;
}
