import type { Step } from './tool-script.ts';

/** The lab that the commands are typed at: providers, clients, two nodes without a network, and a virtual machine. */
export const TOOL_LAB = `graph tools {
  qn_template="namespace";
  "sys-net" [qn_provides_network="true", qn_netvm="none"];
  "sys-firewall" [qn_provides_network="true", qn_netvm="sys-net"];
  work [qn_netvm="sys-firewall"];
  personal [qn_netvm="sys-firewall"];
  B; F; G;
  guest [qn_template="small", qn_mem="128M", qn_netvm="sys-firewall"];
}
`;

const NAMES = 'B\nF\nG\ndom0\nguest\nnamespace\npersonal\nsmall\nsys-firewall\nsys-net\nwork';
const RULES = 'NO  ACTION  HOST         PROTOCOL  PORT(S)  SPECIAL TARGET  ICMP TYPE  EXPIRE  COMMENT';
const noFeature = { code: 1, out: '', err: /^$/ };
const usage = (message: RegExp) => ({ code: 2, out: '', err: message });

/** Interfaces of a node that answer to this pattern, a line each, with their MACs. */
const interfaces = (node: string, pattern: string) =>
  `weft exec ${node} -- ip -br link show | grep -E '^(${pattern})[ @]' | awk '{ print $1, $3 }'`;

export const LISTING: readonly Step[] = [
  { line: 'qvm-ls --raw-list', out: NAMES },
  {
    line: 'qvm-ls',
    out: /^NAME +STATE +CLASS +LABEL +TEMPLATE +NETVM\n(.*\n)*work +Running +AppVM +red +namespace +sys-firewall$/,
  },
  {
    line: 'qvm-ls --network',
    out: /^NAME +STATE +NETVM +IP +IPBACK +GATEWAY\n(.*\n)*work +Running +sys-firewall +10\.137\.0\.3 +- +10\.137\.0\.2$/,
  },
  {
    line: 'qvm-ls --tree -O name',
    out: 'NAME\nB\nF\nG\ndom0\nnamespace\nsmall\nsys-net\n└─sys-firewall\n  └─guest\n  └─personal\n  └─work',
  },
  {
    line: 'qvm-ls --raw-data -O name,state,class work guest small dom0',
    out: 'dom0|Running|AdminVM\nguest|Running|AppVM\nsmall|Halted|TemplateVM\nwork|Running|AppVM',
  },
  { line: 'qvm-ls --raw-data --fields=NAME,netvm,gateway work', out: 'work|sys-firewall|10.137.0.2' },
  { line: 'qvm-ls --running --raw-list', out: NAMES.replace(/namespace\n|small\n/g, '') },
  { line: 'qvm-ls --halted --raw-list', out: 'namespace\nsmall' },
  { line: 'qvm-ls --all --exclude dom0 --exclude B --raw-list', out: NAMES.replace('dom0\n', '').replace('B\n', '') },
  { line: 'qvm-ls --format full', out: /^NAME +STATE +CLASS +LABEL +QID +XID +UUID\n/ },
  { line: 'qvm-ls --disk', out: /^NAME +STATE +DISK +PRIV-CURR +PRIV-MAX +PRIV-USED/ },
  { line: 'qvm-ls -O name,no-such-property B', out: 'NAME  NO-SUCH-PROPERTY\nB     -' },
  { line: "qvm-ls 'sys-*' --raw-list", out: 'sys-firewall\nsys-net', older: usage(/no such domain: 'sys-\*'/) },
  { line: 'qvm-ls nobody', ...usage(/qvm-ls: error: no such domain: 'nobody'/) },
  { line: 'qvm-ls --nonsense', ...usage(/unrecognized arguments: --nonsense/) },
  { line: 'qvm-check work', err: /qvm-check: work: exists/ },
  { line: 'qvm-check -q work', out: '', err: /^$/ },
  { line: 'qvm-check work nobody', code: 1, err: /nobody: non-existent!/ },
  { line: 'qvm-check --running guest', err: /guest: running/ },
  { line: 'qvm-check --running work small', code: 3, err: /work: running/ },
  { line: 'qvm-check --running small', code: 1, err: /None of qubes: running/ },
  { line: 'qvm-check --networked work sys-net', err: /work: networked/ },
  { line: 'qvm-check --networked B', code: 1 },
  { line: 'qvm-check --template small', err: /small: template/ },
  { line: 'qvm-check', ...usage(/one of the arguments --all VMNAME is required/) },
  { line: 'qvm-device block list', out: '' },
];

export const SETTINGS: readonly Step[] = [
  { line: 'qvm-features work foo bar', out: '' },
  { line: 'qvm-features work foo', out: 'bar' },
  { line: "qvm-features work empty ''", out: '' },
  { line: 'qvm-features work', out: 'foo    bar\nempty  ' },
  { line: 'qvm-features work nothing', ...noFeature },
  { line: 'qvm-features --unset work foo', out: '' },
  { line: 'qvm-features --unset work foo', out: '' },
  { line: 'qvm-features -D work empty', out: '' },
  { line: 'qvm-features work', out: '' },
  { line: 'qvm-features nobody foo', ...usage(/no such domain: 'nobody'/) },
  { line: 'qvm-service work cups on', out: '' },
  { line: 'qvm-service work crond off', out: '' },
  { line: 'qvm-service work', out: 'cups   on\ncrond  off' },
  { line: 'qvm-service work crond', out: 'off' },
  { line: 'qvm-service work nothing', ...noFeature },
  { line: 'qvm-service work cups perhaps', code: 1, err: /Invalid literal for boolean value: 'perhaps'/ },
  { line: 'qvm-service --unset work cups && qvm-service --unset work crond && qvm-service -l work', out: '' },
  { line: 'qvm-tags work add audited', out: '' },
  { line: 'qvm-tags work list audited', out: 'audited' },
  { line: 'qvm-tags work', out: /^audited(\n|$)/ },
  { line: 'qvm-tags work list other', ...noFeature },
  { line: 'qvm-tags work del audited', out: '' },
  { line: 'qvm-tags work del audited', out: '' },
  { line: 'qvm-tags work list audited', ...noFeature },
  { line: 'qvm-prefs work', out: /\nautostart +D +False\n(.*\n)*netvm +- +sys-firewall\n(.*\n)*provides_network +D +False\n/ },
  { line: 'qvm-prefs dom0 klass', out: 'AdminVM' },
  { line: 'qvm-prefs work ip', out: '10.137.0.3' },
  { line: 'qvm-prefs work provides-network', out: 'False' },
  { line: 'qvm-prefs B netvm', out: '' },
  { line: 'qvm-prefs work netvm sys-net', out: '' },
  { line: 'qvm-prefs work gateway; qvm-prefs work visible_gateway', out: '\n10.137.0.1' },
  { line: 'weft exec work -- ip route show default', out: /^default via 10\.137\.0\.1 dev eth/ },
  { line: 'qvm-prefs work netvm none && qvm-prefs work netvm', out: '' },
  { line: 'weft exec work -- ip route show default', out: '' },
  { line: 'qvm-prefs work netvm sys-firewall', out: '' },
  { line: 'qvm-prefs work netvm personal', code: 1, err: /The personal qube does not provide network/ },
  { line: 'qvm-prefs work netvm nobody', code: 1, err: /Can't set netvm to non-existing qube nobody/ },
  { line: 'qvm-prefs sys-net netvm sys-firewall', code: 1, err: /Loops in network are unsupported/ },
  { line: 'qvm-prefs work nonsense', ...usage(/no such property: 'nonsense'/) },
  { line: 'qvm-prefs work nonsense 1', ...usage(/no such property: 'nonsense'/) },
  { line: 'qvm-prefs work vcpus many', code: 1, err: /Failed to parse property value as int/ },
  { line: 'qvm-prefs work vcpus 3 && qvm-prefs work vcpus && qvm-prefs -D work vcpus', out: '3' },
  { line: 'qvm-prefs --hide-default work', out: /(^|\n)netvm +- +sys-firewall(\n|$)/ },
  { line: 'qvm-prefs --help-properties work', out: /\n {2}autostart +\S/ },
  { line: 'qubes-prefs', out: /(^|\n)default_netvm +[-D] / },
  {
    line: 'qubes-prefs default_netvm sys-firewall && qubes-prefs default_netvm && qubes-prefs -D default_netvm',
    out: 'sys-firewall',
  },
  {
    line: "qvm-notes --set 'for tests' work && qvm-notes --print work && qvm-notes -f -d work && qvm-notes -p work",
    out: 'for tests\n',
    older: 'unknown',
  },
];

/** The documentation of the add-on, and that of Qubes' networking, as it is typed there. */
export const DOCUMENTED: readonly Step[] = [
  { line: 'qvm-features B attach-network-to F', out: '' },
  { line: interfaces('B', 'F'), out: /^F(@\S+)? [0-9a-f:]{17}$/ },
  { line: interfaces('F', 'eth0'), out: /^eth0(@\S+)? [0-9a-f:]{17}$/ },
  { line: "qvm-features B attach-network-to 'F\nG'", out: '' },
  { line: interfaces('B', 'F|G'), out: /^F.*\nG.*$/ },
  { line: 'qvm-features B attach-network-to', out: 'F\nG' },
  { line: "qvm-features B attach-network-to 'F frontend_mac=12:34:56:78:90:ab'", out: '' },
  { line: interfaces('F', 'eth0'), out: /^eth0(@\S+)? 12:34:56:78:90:ab$/ },
  { line: "qvm-features B attach-network-to 'F frontend_mac=nonsense'", code: 1, err: /nonsense/ },
  { line: 'qvm-features --unset B attach-network-to', out: '' },
  { line: interfaces('B', 'F|G'), out: '', code: 0 },
  { line: 'qvm-features sys-net ipv6 1', out: '' },
  { line: 'qvm-prefs work ip6', out: 'fd09:24ef:4179::a89:3' },
  {
    line: 'qvm-shutdown --wait work && qvm-start work && weft exec work -- ip -6 -o addr show dev eth0',
    out: /fd09:24ef:4179::a89:3\/128/,
  },
  { line: "qvm-features work ipv6 ''", out: '' },
  { line: 'qvm-prefs work ip6; qvm-prefs personal ip6', out: '\nfd09:24ef:4179::a89:4' },
  { line: 'qvm-features --unset work ipv6 && qvm-features --unset sys-net ipv6 && qvm-prefs work ip6', out: '' },
];

export const FIREWALL: readonly Step[] = [
  {
    line: 'qvm-firewall work',
    out: `NO  ACTION  HOST  PROTOCOL  PORT(S)  SPECIAL TARGET  ICMP TYPE  EXPIRE  COMMENT\n0   accept  -     -         -        -               -          -       -`,
  },
  { line: 'qvm-firewall work add --before 0 drop 192.0.2.7 tcp 80', out: '' },
  { line: 'weft exec sys-firewall -- nft list chain ip qubes-firewall qbs-10-137-0-3', out: /192\.0\.2\.7.*80/ },
  { line: 'qvm-firewall work add action=accept dsthost=example.com proto=udp dstports=1-10 comment=last', out: '' },
  {
    line: 'qvm-firewall work list',
    out: `${RULES}\n0   drop    192.0.2.7/32  tcp       80       -               -          -       -\n1   accept  -             -         -        -               -          -       -\n2   accept  example.com   udp       1-10     -               -          -       last`.replace(
      'HOST         ',
      'HOST          ',
    ),
  },
  {
    line: 'qvm-firewall --raw work',
    out: 'action=drop proto=tcp dst4=192.0.2.7/32 dstports=80-80\naction=accept\naction=accept proto=udp dsthost=example.com dstports=1-10 comment=last',
  },
  { line: 'qvm-firewall --reload work', out: /^NO/ },
  { line: 'qvm-firewall work del --rule-no 1', out: '' },
  { line: 'qvm-firewall work del drop 192.0.2.7 tcp 80', out: '' },
  { line: 'qvm-firewall work del --rule-no 0', code: 1, err: /expected payload/ },
  { line: 'qvm-firewall work reset && qvm-firewall --raw work', out: 'action=accept' },
];

export const POWER: readonly Step[] = [
  { line: 'qvm-start work', code: 1, err: /already running/ },
  { line: 'qvm-start --skip-if-running work', out: '' },
  { line: 'qvm-shutdown --wait personal && qvm-ls --raw-data -O state personal', out: 'Halted' },
  { line: 'qvm-shutdown --wait personal', out: '' },
  { line: 'qvm-pause personal', code: 1, err: /Domain not running/ },
  { line: 'qvm-start personal && qvm-pause personal && qvm-ls --raw-data -O state personal', out: 'Paused' },
  { line: 'qvm-check --paused personal', err: /personal: paused/ },
  { line: 'qvm-unpause personal && qvm-ls --raw-data -O state personal', out: 'Running' },
  { line: 'qvm-unpause personal', code: 1, err: /Domain is not paused: 'personal'/ },
  {
    line: 'qvm-shutdown sys-firewall',
    code: 1,
    err: /There are other VMs connected to this VM: guest, personal, work/,
    older: { code: 0 },
  },
  { line: 'qvm-kill personal work && qvm-ls --raw-data -O state personal work', out: 'Halted\nHalted' },
  { line: 'qvm-kill work', out: '' },
  { line: 'qvm-start personal work', out: '' },
  { line: 'qvm-shutdown --force --wait sys-firewall && qvm-ls --raw-data -O state sys-firewall work', out: 'Halted\nRunning' },
  { line: 'qvm-start sys-firewall && qvm-check --running sys-firewall', err: /sys-firewall: running/ },
  { line: 'qvm-start nobody', ...usage(/no such domain: 'nobody'/) },
];

export const NODES: readonly Step[] = [
  { line: 'qvm-create --help-classes', out: 'AdminVM\nAppVM\nDispVM\nRemoteVM\nStandaloneVM\nTemplateVM' },
  { line: 'qvm-create -l red -t namespace --prop netvm=sys-net made', out: '' },
  { line: 'qvm-ls --raw-data -O name,state,class,label,template,netvm made', out: 'made|Halted|AppVM|red|namespace|sys-net' },
  { line: 'qvm-create -l red -t namespace made', code: 1, err: /Error creating VM: Qube already exists: made/ },
  { line: 'qvm-create -l red -t namespace 1made', code: 1, err: /Error creating VM: VM name cannot start with/ },
  { line: 'qvm-create -l mauve other', ...usage(/no such label: 'mauve'; available: red, orange, yellow/) },
  { line: 'qvm-create other', ...usage(/--label option is mandatory/) },
  {
    line: 'qvm-create -l red -t namespace --prop netvm=nobody half',
    code: 2,
    err: /Error setting property netvm \(but VM created\)/,
  },
  { line: 'qvm-prefs made label blue && qvm-prefs made label', out: 'blue' },
  { line: 'qvm-tags made add copied && qvm-features made some thing && qvm-clone --ignore-errors made twin', out: '' },
  {
    line: 'qvm-tags twin list copied && qvm-features twin some && qvm-prefs twin netvm && qvm-prefs twin label',
    out: 'copied\nthing\nsys-net\nblue',
  },
  { line: 'qvm-start made && qvm-check --running made', err: /made: running/ },
  { line: 'qvm-remove -f made', code: 1, err: /Domain is not powered off: 'made'/ },
  { line: 'qvm-kill made', out: '' },
  { line: 'echo n | qvm-remove made', code: 1 },
  { line: 'qvm-remove -f sys-net', code: 1, err: /Domain is (in use|not powered off): 'sys-net'/ },
  { line: 'qvm-remove -f dom0', code: 1, err: /dom0/ },
  { line: 'qvm-remove -f made twin half && qvm-ls --raw-list', out: NAMES },
];
