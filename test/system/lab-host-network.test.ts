import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { holderLacks } from '../support/lab-holder.ts';

const missing = holderLacks('root');
if (missing !== undefined) process.stdout.write(`skipped: the machine as a client: ${missing}\n`);

const topology = `graph hostnet {
  qn_template="namespace";
  net [label="net", qn_provides_network="true", qn_netvm="none"];
  outside;
  fw [qn_provides_network="true", qn_netvm="net"];
  work [qn_netvm="fw"];
  outside:eth0 -- net:out [qn_tailip="192.0.2.1/24", qn_headip="192.0.2.2/24"];
}`;

/** A machine without any network, which is what the machine is in Qubes: a network namespace in place of the machine's own. */
describe.skipIf(missing !== undefined)('the machine as a client of its own lab', () => {
  let weft: LabFixture;
  let directory: string;

  beforeAll(async () => {
    weft = await labFixture('root');
    directory = weft.write({ 'lab/topology.dot.in': topology });
  });
  afterAll(() => weft.end());

  /** Lines of a script that runs there; each is told before what it prints. */
  const onMachine = async (...lines: readonly string[]) => {
    const script = ['ip link set lo up', ...lines.map((line) => `echo "== ${line}"; ${line} 2>&1`)].join('\n');
    const { stdout } = await weft.run(['unshare', '--net', 'sh', '-c', script], { directory, deadline: 200 });
    const parts = stdout.split(/^== .*\n/m);
    return (at: number) => parts[at + 1] ?? '';
  };

  it('has an uplink through a node while all others stand still, and is as it was afterwards', async () => {
    const said = await onMachine(
      'weft up',
      'weft host-network up --via fw',
      'ip route',
      'ip -br address show dev weft0',
      'ping -c 3 -i 0.3 -W 10 10.137.0.1',
      'weft status',
      'weft host-network up --via fw',
      'weft host-network down',
      'ip route',
      'weft status',
      'ip -br link',
      'weft down',
    );
    expect(said(1)).toContain('The machine has an uplink through fw');
    expect(said(2)).toMatch(/^default via 10\.137\.0\.3 dev weft0 /m);
    expect(said(3)).toContain('10.137.0.5/32');
    expect(said(4)).toContain('bytes from 10.137.0.1');
    expect(said(5)).toMatch(/^work +namespace +paused/m);
    expect(said(5)).toMatch(/^fw +namespace +running/m);
    expect(said(5)).toMatch(/^net +namespace +running/m);
    expect(said(7)).toContain('work');
    expect(said(8)).toBe('');
    expect(said(9)).not.toContain('paused');
    expect(said(10)).toMatch(/^lo [^\n]*\n$/);
  });

  it('is refused through a node that provides no network, and nothing stands still', async () => {
    const said = await onMachine('weft up', 'weft host-network up --via work', 'weft status', 'weft down');
    expect(said(1)).toContain('work is no node that provides network');
    expect(said(2)).not.toContain('paused');
  });

  it('leaves a default route that the machine has', async () => {
    const said = await onMachine(
      'ip link add own type veth peer name far && ip link set own up && ip address add 198.51.100.2/24 dev own && ip route add default via 198.51.100.1',
      'weft up',
      'weft host-network up --via fw',
      'ip route show default',
      'weft down',
    );
    expect(said(2)).toContain('the machine has a default route of its own');
    expect(said(3)).toMatch(/^default via 198\.51\.100\.1 dev own [^\n]*\n$/);
  });
});
