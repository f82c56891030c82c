import { IMPAIRMENTS, type Impairment, MEASURE_OF, type Measure } from '../model/link-conditions.ts';

/** Where an attribute means something. A node's attribute on the graph is the default of all nodes. */
export type Place = 'graph' | 'node' | 'edge';

/** What an attribute's value must look like; attribute-value.ts holds the rule of each. */
export type ValueType =
  | 'text'
  | 'boolean'
  | 'on-or-off'
  | 'kind'
  | 'ready'
  | 'template'
  | 'size'
  | 'count'
  | 'port-number'
  | 'mac'
  | 'oui'
  | 'mtu'
  | 'interface'
  | 'interfaces'
  | 'pci-devices'
  | 'addresses'
  | 'ipv4'
  | 'ipv6'
  | Measure;

export interface VocabularyEntry {
  readonly name: string;
  readonly on: readonly Place[];
  readonly type: ValueType;
  /** One line for people. */
  readonly meaning: string;
}

const ANY_NODE = ['graph', 'node'] as const;
const NODE = ['node'] as const;
const GRAPH = ['graph'] as const;
const EDGE = ['edge'] as const;

/** Every attribute of ours, in the order in which help lists them. Attributes of Graphviz are not here: they pass unread. */
export const VOCABULARY: readonly VocabularyEntry[] = [
  { name: 'qn_kind', on: ANY_NODE, type: 'kind', meaning: 'what the node is: vm, namespace, hub, host or internet' },
  { name: 'qn_template', on: ANY_NODE, type: 'template', meaning: 'the template that makes the launch script' },
  { name: 'qn_append', on: ANY_NODE, type: 'text', meaning: 'added to the kernel command line' },
  { name: 'qn_mem', on: ANY_NODE, type: 'size', meaning: 'memory, such as 512M' },
  { name: 'qn_vcpus', on: ANY_NODE, type: 'count', meaning: 'number of virtual processors' },
  { name: 'qn_image', on: ANY_NODE, type: 'text', meaning: 'image file, where the template uses one' },
  { name: 'qn_bios', on: ANY_NODE, type: 'text', meaning: 'firmware file, where the template uses one' },
  { name: 'qn_usb', on: ANY_NODE, type: 'text', meaning: 'USB stick file, where the template uses one' },
  { name: 'qn_gps', on: ANY_NODE, type: 'text', meaning: 'GPS receiver, where the template uses one' },
  {
    name: 'qn_ready',
    on: ANY_NODE,
    type: 'ready',
    meaning: 'how to tell that the node is ready: agent, process or console:TEXT',
  },
  { name: 'qn_oui', on: GRAPH, type: 'oui', meaning: 'first three bytes of generated MACs' },
  { name: 'qn_basemac', on: NODE, type: 'mac', meaning: 'its first four bytes begin the generated MACs of the node' },
  { name: 'qn_console', on: ANY_NODE, type: 'port-number', meaning: 'TCP port of the console, on 127.0.0.1' },
  { name: 'qn_monitor', on: ANY_NODE, type: 'port-number', meaning: 'TCP port of the QEMU monitor, on 127.0.0.1' },
  { name: 'qn_kgdb', on: ANY_NODE, type: 'port-number', meaning: 'TCP port of the debugger of the kernel, on 127.0.0.1' },
  { name: 'qn_ugdb', on: ANY_NODE, type: 'port-number', meaning: 'TCP port of the second console, on 127.0.0.1' },
  { name: 'qn_hub', on: NODE, type: 'boolean', meaning: 'true makes the node a shared segment' },
  { name: 'qn_hubport', on: NODE, type: 'port-number', meaning: 'UDP port of the shared segment' },
  { name: 'qn_headmac', on: EDGE, type: 'mac', meaning: 'MAC of the interface at the head, the right end' },
  { name: 'qn_tailmac', on: EDGE, type: 'mac', meaning: 'MAC of the interface at the tail, the left end' },
  { name: 'qn_headip', on: EDGE, type: 'addresses', meaning: 'addresses IP/PREFIX of the head, commas between them' },
  { name: 'qn_tailip', on: EDGE, type: 'addresses', meaning: 'addresses IP/PREFIX of the tail, commas between them' },
  { name: 'qn_headport', on: EDGE, type: 'port-number', meaning: 'UDP port of the head' },
  { name: 'qn_tailport', on: EDGE, type: 'port-number', meaning: 'UDP port of the tail' },
  { name: 'qn_tap', on: EDGE, type: 'interface', meaning: 'name of the TAP on the host' },
  { name: 'qn_bridge', on: EDGE, type: 'interface', meaning: 'bridge of the host to join instead of a TAP' },
  { name: 'qn_mtu', on: EDGE, type: 'mtu', meaning: 'largest packet of the link, in bytes' },
  { name: 'qn_link', on: EDGE, type: 'on-or-off', meaning: 'off starts with the link unplugged' },
  { name: 'qn_headlink', on: EDGE, type: 'on-or-off', meaning: 'off loses all that the head sends, while the carrier stays' },
  { name: 'qn_taillink', on: EDGE, type: 'on-or-off', meaning: 'off loses all that the tail sends, while the carrier stays' },
  ...impairments(),
  { name: 'qn_default_netvm', on: GRAPH, type: 'text', meaning: 'provider of nodes that name none' },
  { name: 'qn_netvm', on: ANY_NODE, type: 'text', meaning: 'the node that provides the uplink; none for no uplink' },
  { name: 'qn_provides_network', on: ANY_NODE, type: 'boolean', meaning: 'true lets other nodes name this one as their netvm' },
  { name: 'qn_ip', on: NODE, type: 'ipv4', meaning: 'IPv4 address on the uplink' },
  { name: 'qn_ip6', on: NODE, type: 'ipv6', meaning: 'IPv6 address on the uplink' },
  { name: 'qn_mac', on: NODE, type: 'mac', meaning: 'MAC of the uplink interface' },
  {
    name: 'qn_nic',
    on: NODE,
    type: 'interfaces',
    meaning: 'interfaces of the machine that the namespace takes, commas between them',
  },
  {
    name: 'qn_nic_force',
    on: NODE,
    type: 'boolean',
    meaning: "true takes an interface that has the machine's default route, too",
  },
  {
    name: 'qn_pci',
    on: NODE,
    type: 'pci-devices',
    meaning: 'PCI devices of the machine that the virtual machine gets, such as 0000:03:00.0, commas between them',
  },
  { name: 'qn_firewall', on: ANY_NODE, type: 'text', meaning: 'firewall rules in the grammar of Qubes, one a line' },
  { name: 'qn_forward', on: NODE, type: 'text', meaning: 'ports that are forwarded to the node, one a line: tcp 8080:80' },
  { name: 'qn_label', on: ANY_NODE, type: 'text', meaning: 'colour label' },
  { name: 'qn_labels', on: GRAPH, type: 'text', meaning: "the lab's own labels, one a line: INDEX NAME 0xRRGGBB" },
  { name: 'qn_tags', on: NODE, type: 'text', meaning: 'tags, spaces between them' },
  { name: 'qn_notes', on: NODE, type: 'text', meaning: 'what people wrote about the node' },
  { name: 'qn_memory', on: ANY_NODE, type: 'count', meaning: 'initial memory in MiB' },
  { name: 'qn_maxmem', on: ANY_NODE, type: 'text', meaning: 'memory limit in MiB' },
  { name: 'qn_kernel', on: ANY_NODE, type: 'text', meaning: 'kernel version' },
  { name: 'qn_kernelopts', on: ANY_NODE, type: 'text', meaning: 'kernel options' },
  { name: 'qn_virt_mode', on: ANY_NODE, type: 'text', meaning: 'virtualisation mode' },
  { name: 'qn_autostart', on: ANY_NODE, type: 'boolean', meaning: 'true starts the node with its lab' },
  { name: 'qn_debug', on: ANY_NODE, type: 'boolean', meaning: 'true for debug mode' },
  { name: 'qn_default_user', on: ANY_NODE, type: 'text', meaning: 'user that commands run as' },
  { name: 'qn_qrexec_timeout', on: ANY_NODE, type: 'count', meaning: 'seconds to wait for the node to be ready' },
  { name: 'qn_shutdown_timeout', on: ANY_NODE, type: 'count', meaning: 'seconds to wait for the node to stop' },
  { name: 'qn_template_for_dispvms', on: ANY_NODE, type: 'boolean', meaning: 'true lets disposables be made from the node' },
  { name: 'qn_disposable', on: NODE, type: 'text', meaning: 'the node that it is a disposable copy of' },
  { name: 'qn_auto_cleanup', on: ANY_NODE, type: 'boolean', meaning: 'false keeps a disposable when it has stopped' },
  { name: 'qn_default_dispvm', on: ANY_NODE, type: 'text', meaning: 'the node that its disposables are made from' },
  { name: 'qn_management_dispvm', on: ANY_NODE, type: 'text', meaning: 'the node that disposables to manage it are made from' },
  { name: 'qn_guivm', on: ANY_NODE, type: 'text', meaning: 'the node that shows its windows' },
  { name: 'qn_audiovm', on: ANY_NODE, type: 'text', meaning: 'the node that plays its sound' },
  { name: 'qn_include_in_backups', on: ANY_NODE, type: 'boolean', meaning: 'false leaves it out of backups' },
  { name: 'qn_backup_timestamp', on: ANY_NODE, type: 'count', meaning: 'when it was backed up, in seconds since 1970' },
  { name: 'qn_keyboard_layout', on: ANY_NODE, type: 'text', meaning: 'keyboard layout, such as us++' },
  { name: 'qn_bootmode', on: ANY_NODE, type: 'text', meaning: 'how it boots' },
  { name: 'qn_devices_denied', on: ANY_NODE, type: 'text', meaning: 'kinds of devices that it may not have' },
  { name: 'qn_stubdom_mem', on: ANY_NODE, type: 'count', meaning: 'memory of its device model in MiB' },
  { name: 'qn_default_template', on: GRAPH, type: 'template', meaning: 'template of nodes that are created without one' },
  { name: 'qn_clockvm', on: GRAPH, type: 'text', meaning: 'the node that the time comes from' },
  { name: 'qn_updatevm', on: GRAPH, type: 'text', meaning: 'the node that updates come through' },
  { name: 'qn_check_updates_vm', on: GRAPH, type: 'boolean', meaning: 'whether nodes look for updates' },
  { name: 'qn_stats_interval', on: GRAPH, type: 'count', meaning: 'seconds between measurements of nodes' },
];

/** The same, by name. */
export const VOCABULARY_BY_NAME: ReadonlyMap<string, VocabularyEntry> = new Map(VOCABULARY.map((entry) => [entry.name, entry]));

/** Features of a node, as Qubes has them: any name after the prefix, any value. */
export const FEATURE_PREFIX = 'feature.';

function impairments(): VocabularyEntry[] {
  const meanings: Readonly<Record<Impairment, string>> = {
    delay: 'delay of every packet, such as 20ms',
    jitter: 'how much the delay varies, such as 5ms',
    loss: 'share of packets that are lost, such as 1%',
    duplicate: 'share of packets that arrive twice',
    corrupt: 'share of packets that are damaged',
    reorder: 'share of packets that overtake others',
    rate: 'bandwidth, such as 1mbit',
  };
  return IMPAIRMENTS.flatMap((name) => [
    { name: `qn_${name}`, on: EDGE, type: MEASURE_OF[name], meaning: `${meanings[name]}, both directions` },
    { name: `qn_head${name}`, on: EDGE, type: MEASURE_OF[name], meaning: `${meanings[name]}, as sent by the head` },
    { name: `qn_tail${name}`, on: EDGE, type: MEASURE_OF[name], meaning: `${meanings[name]}, as sent by the tail` },
  ]);
}
