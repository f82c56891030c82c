import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { holderLacks } from '../support/lab-holder.ts';
import { keyfileOf } from '../support/uplink-lab.ts';

const missing = holderLacks('root');
if (missing !== undefined) process.stdout.write(`skipped: interfaces of the machine: ${missing}\n`);
else process.stdout.write('the ends of veth pairs stand in for physical interfaces, which no machine can spare for a test\n');

const topology = (nic: string, more = '') => `graph nic {
  qn_template="namespace";
  net [qn_provides_network="true", qn_nic="${nic}"${more}];
  work [qn_netvm="net"];
}`;

const keyfile = `[connection]
type=ethernet
interface-name=wan
[ipv4]
method=manual
address1=192.0.2.2/24,192.0.2.1
dns=192.0.2.1
`;

/** A machine with two networks: `dsl` has the default route, `wan` is to spare. What is behind them is in the same namespace. */
const machine = [
  'ip link set lo up',
  ...['wan', 'dsl'].map(
    (name) => `ip link add ${name} type veth peer name ${name}-far; ip link set ${name} up; ip link set ${name}-far up`,
  ),
  'ip address add 192.0.2.1/24 dev wan-far',
  'ip address add 198.51.100.2/24 dev dsl; ip route add default via 198.51.100.1',
];

describe.skipIf(missing !== undefined)('an interface of the machine that a provider has', () => {
  let weft: LabFixture;
  let directory: string;

  beforeAll(async () => {
    weft = await labFixture('root');
    directory = weft.write({ 'lab/topology.dot.in': topology('wan'), [keyfileOf('lab', 'net')]: keyfile });
  });
  afterAll(() => weft.end());

  /** Lines of a script that runs there, and what each prints. */
  const onMachine = async (...lines: readonly string[]) => {
    const script = [...machine, ...lines.map((line) => `echo "== "; ${line} 2>&1`)].join('\n');
    const { stdout } = await weft.run(['unshare', '--net', 'sh', '-c', script], { directory, deadline: 200 });
    const parts = stdout.split(/^== *\n/m);
    return (at: number) => parts[at + 1] ?? '';
  };
  const show = 'ip -br link show dev wan';
  const ping = 'weft exec work -- ping -c 3 -i 0.3 -W 10 192.0.2.1';

  it('is moved into it at its start, carries what its clients send, and is given back when it stops', async () => {
    const said = await onMachine(
      'weft up',
      show,
      ping,
      'weft exec net -- cat /etc/resolv.conf',
      'weft exec net -- nft list chain ip qubes dnat-dns',
      'weft stop --force net',
      show,
      'weft up',
      show,
      'weft exec net -- ip -br address show dev wan',
      `sed -i 's/qn_nic="wan"/qn_nic="wan", qn_label="red"/' topology.dot.in; weft apply --yes; weft restart net; weft status`,
      'weft exec net -- ip -br address show dev wan',
      'weft down',
      show,
    );
    expect(said(0)).toContain('wan is a virtual interface (veth)');
    expect(said(1)).toContain('does not exist');
    expect(said(2)).toContain('bytes from 192.0.2.1');
    expect(said(3)).toBe('nameserver 192.0.2.1\n');
    expect(said(4)).toContain('dnat to 192.0.2.1');
    expect(said(6)).toMatch(/^wan\S* +UP /);
    expect(said(8)).toContain('does not exist');
    expect(said(9)).toContain('192.0.2.2/24');
    expect(said(11)).toContain('192.0.2.2/24');
    expect(said(13)).toMatch(/^wan\S* +UP /);
  });

  it('is given back when the provider is lost, and when the engine was', async () => {
    const pid = (what: string) => `weft status --json | sed -n 's/.*"${what}": *\\([0-9]*\\).*/\\1/p' | head -1`;
    const given =
      'for try in $(seq 600); do ip link show dev wan >/dev/null 2>&1 && break; sleep 0.1; done; ip -br link show dev wan';
    const said = await onMachine(
      'weft up',
      'kill -9 $(cat net.pid)',
      given,
      'weft up',
      `kill -9 $(${pid('engine')})`,
      'weft exec net -- ip -br address show dev wan',
      'weft exec work -- ping -c 3 -i 0.3 -W 10 192.0.2.1',
      `kill -9 $(${pid('engine')})`,
      'kill -9 $(cat net.pid)',
      'weft status',
      given,
      'weft up',
      `kill -9 $(${pid('engine')})`,
      'weft down',
      show,
    );
    expect(said(2)).toMatch(/^wan\S* +UP /);
    expect(said(5)).toContain('192.0.2.2/24');
    expect(said(6)).toContain('bytes from 192.0.2.1');
    expect(said(10)).toMatch(/^wan\S* +UP /);
    expect(said(14)).toMatch(/^wan\S* +UP /);
  });

  it('is refused where it cannot be had, and nothing is started', async () => {
    const write = (nic: string, more?: string) => weft.write({ 'other/topology.dot.in': topology(nic, more) });
    const other = write('wann');
    const up = (nic: string, more = '') =>
      `sed -i 's/qn_nic="[^]]*/qn_nic="${nic}"${more}/' ${other}/topology.dot.in; (cd ${other} && weft --name other up; weft --name other status)`;
    const said = await onMachine(
      up('wann'),
      up('dsl'),
      'weft up',
      up('wan'),
      up('dsl', ', qn_nic_force="true"'),
      'weft --name other exec net -- ip -br link show dev dsl',
      'weft --name other down',
      'ip -br link show dev dsl',
      'weft down',
    );
    expect(said(0)).toContain('net wants the interface wann, and the machine has none of that name');
    expect(said(0)).toContain('did you mean wan?');
    expect(said(0)).not.toMatch(/^\S+ +namespace +(running|ready)/m);
    expect(said(1)).toContain("has the machine's default route");
    expect(said(1)).toContain('qn_nic_force="true"');
    expect(said(3)).toContain('which the lab nic (net) has');
    expect(said(5)).toMatch(/^dsl/);
    expect(said(7)).toMatch(/^dsl\S* +UP /);
  });

  it('is refused to an apply before anything has ended, and may be kept by a node that is restarted', async () => {
    const said = await onMachine(
      'weft up',
      `sed -i 's/qn_nic="wan"/qn_nic="wann"/' topology.dot.in; weft apply --yes`,
      'weft exec net -- ip -br link show dev wan',
      `sed -i 's/qn_nic="wann"/qn_nic="wan,spare"/' topology.dot.in; ip link add spare type veth peer name spare-far; weft plan; weft apply --yes`,
      'weft exec net -- ip -br link show dev wan',
      ping,
      'weft down',
      `${show}; ip -br link show dev spare; sed -i 's/wan,spare/wan/' topology.dot.in`,
    );
    expect(said(1)).toContain('net wants the interface wann, and the machine has none of that name');
    expect(said(1)).toContain('did you mean wan?');
    expect(said(2)).toMatch(/^wan/);
    expect(said(3)).toMatch(/restart +net/);
    expect(said(3)).toContain('qn_nic is wan and should be wan,spare');
    expect(said(3)).not.toMatch(/ERROR|failed/);
    expect(said(4)).toMatch(/^wan/);
    expect(said(5)).toContain('bytes from 192.0.2.1');
    expect(said(7)).toMatch(/^wan\S* +UP /);
    expect(said(7)).toMatch(/^spare/m);
  });

  it('that is virtual goes with a lab that was killed, and nothing else of it is left', async () => {
    const said = await onMachine(
      'weft up',
      'kill -9 $(cat $XDG_RUNTIME_DIR/weft/nic/anchor)',
      'weft gc',
      'ls $XDG_RUNTIME_DIR/weft/nic',
    );
    expect(said(1)).toBe('');
    expect(said(3)).toContain('No such file');
  });
});

describe.skipIf(missing !== undefined)('an interface of the machine, as an ordinary user', () => {
  it('is refused in one sentence', async () => {
    const weft = await labFixture('user');
    try {
      const directory = weft.write({ 'lab/topology.dot.in': topology('eth0') });
      const { code, stderr } = await weft.weft(directory, 'up');
      expect(code).not.toBe(0);
      expect(stderr).toContain('net wants the interface eth0 of the machine, which only root can give it');
      expect(stderr).toContain('sudo weft up');
    } finally {
      await weft.end();
    }
  });
});
