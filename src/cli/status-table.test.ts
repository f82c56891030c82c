import { describe, expect, it } from 'vitest';
import type { NodeStatus } from '../model/lab-status.ts';
import { makePaint } from './paint.ts';
import { qenethStatusTable, statusTable } from './status-table.ts';

const server: NodeStatus = {
  name: 'server',
  kind: 'vm',
  template: 'infix-x86_64',
  state: 'running',
  pid: 2811526,
  console: 10000,
  monitor: 10001,
  ports: [],
};

describe('qenethStatusTable', () => {
  it('looks as in the tutorial of qeneth', () => {
    const clients = [1, 2].map((n) => ({
      ...server,
      name: `client${n}`,
      pid: 2811526 + n,
      console: 10000 + 10 * n,
      monitor: 10001 + 10 * n,
    }));
    expect(qenethStatusTable([server, ...clients]).join('\n')).toBe(
      [
        'NODE           PID  CNSOL  MONTR',
        'server     2811526  10000  10001',
        'client1    2811527  10010  10011',
        'client2    2811528  10020  10021',
      ].join('\n'),
    );
  });

  it('says stopped and lost, and shows no port that does not listen', () => {
    const { pid: _, console: __, monitor: ___, ...bare } = server;
    expect(
      qenethStatusTable([
        { ...bare, state: 'stopped' },
        { ...bare, name: 'a-rather-long-name', state: 'lost' },
      ]),
    ).toEqual(['NODE                     PID  CNSOL  MONTR', 'server               stopped', 'a-rather-long-name      lost']);
  });
});

describe('statusTable', () => {
  const port = { name: 'eth0', mac: '02:00:00:00:00:01', peer: 'b:eth0', link: 'on', carrier: true, addresses: [] } as const;

  it('leaves out columns that nobody fills', () => {
    const { console: _, monitor: __, ...silent } = server;
    expect(statusTable([silent], makePaint(false))).toEqual([
      'NODE    KIND             STATE        PID',
      'server  vm infix-x86_64  running  2811526',
    ]);
  });

  it('marks unplugged ports and missing carriers, and gives reasons', () => {
    const ports = [port, { ...port, name: 'eth1', carrier: false }, { ...port, name: 'eth2', link: 'off' as const }];
    const lost: NodeStatus = {
      name: 'b',
      kind: 'vm',
      template: 'small',
      state: 'lost',
      ports: [],
      reason: 'its process was killed',
    };
    expect(statusTable([{ ...server, ports }, lost], makePaint(false))).toEqual([
      'NODE    KIND             STATE        PID  CONSOLE  MONITOR  PORTS                            REASON',
      'server  vm infix-x86_64  running  2811526    10000    10001  eth0 eth1(no carrier) eth2(off)',
      'b       vm small         lost           -        -        -                                   its process was killed',
    ]);
  });
});
