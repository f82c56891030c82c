import { expect, it } from 'vitest';
import { memoryLab } from '../../../../test/support/memory-lab.ts';
import { call } from '../../../../test/support/qubes-calls.ts';
import { happeningsOf } from './happenings.ts';

/** What a lab tells while calls are made, one line an event: SUBJECT EVENT NAME=VALUE... */
async function told(calls: readonly (readonly [method: string, destination: string, payload?: string])[]): Promise<string[]> {
  const lab = memoryLab();
  const lines: string[] = [];
  lab.follow((news) => {
    for (const { event, parameters, subject } of happeningsOf(news)) {
      lines.push([subject || '-', event, ...parameters.map(([name, value]) => `${name}=${value}`)].join(' '));
    }
  });
  for (const [method, destination, payload] of calls) {
    const answer = await call(lab, method, destination, payload);
    if (answer !== '') throw new Error(answer);
  }
  return lines;
}

const live = (name: string) => ['xid', 'stubdom_xid', 'start_time'].map((each) => `${name} property-reset:${each} name=${each}`);

it('tells the life of a qube in the order of Qubes', async () => {
  const lines = await told([
    ['admin.vm.Create.AppVM+namespace', 'dom0', 'name=x3 label=red'],
    ['admin.vm.feature.Set+f', 'x3', 'a'],
    ['admin.vm.feature.Set+f', 'x3', 'b'],
    ['admin.vm.feature.Remove+f', 'x3'],
    ['admin.vm.tag.Set+t', 'x3'],
    ['admin.vm.tag.Remove+t', 'x3'],
    ['admin.vm.property.Set+netvm', 'x3', ''],
    ['admin.vm.property.Reset+netvm', 'x3'],
    ['admin.vm.property.Set+memory', 'x3', '300'],
    ['admin.vm.property.Reset+memory', 'x3'],
    ['admin.vm.firewall.Set', 'x3', 'action=drop\n'],
    ['admin.vm.Start', 'x3'],
    ['admin.vm.Pause', 'x3'],
    ['admin.vm.Unpause', 'x3'],
    ['admin.vm.Shutdown+force', 'x3'],
    ['admin.vm.Remove', 'x3'],
  ]);
  expect(lines).toEqual([
    '- domain-add vm=x3',
    'x3 domain-tag-add:created-by-dom0 tag=created-by-dom0',
    'x3 domain-create-on-disk',
    'x3 domain-feature-pre-set:f feature=f value=a',
    'x3 domain-feature-set:f feature=f value=a',
    'x3 domain-feature-pre-set:f feature=f value=b oldvalue=a',
    'x3 domain-feature-set:f feature=f value=b oldvalue=a',
    'x3 domain-feature-pre-delete:f feature=f',
    'x3 domain-feature-delete:f feature=f',
    'x3 domain-tag-add:t tag=t',
    'x3 domain-tag-delete:t tag=t',
    'x3 property-pre-set:netvm name=netvm newvalue=None oldvalue=sys-firewall',
    'x3 property-set:netvm name=netvm newvalue=None oldvalue=sys-firewall',
    'x3 property-pre-reset:netvm name=netvm oldvalue=None',
    'x3 property-pre-set:netvm name=netvm newvalue=sys-firewall oldvalue=None',
    'x3 property-pre-del:netvm name=netvm oldvalue=None',
    'x3 property-set:netvm name=netvm newvalue=sys-firewall oldvalue=None',
    'x3 property-reset:netvm name=netvm oldvalue=None',
    'x3 property-del:netvm name=netvm oldvalue=None',
    'x3 property-pre-set:memory name=memory newvalue=300 oldvalue=',
    'x3 property-set:memory name=memory newvalue=300 oldvalue=',
    'x3 property-pre-reset:memory name=memory oldvalue=300',
    'x3 property-pre-del:memory name=memory oldvalue=300',
    'x3 property-reset:memory name=memory oldvalue=300',
    'x3 property-del:memory name=memory oldvalue=300',
    'x3 firewall-changed',
    'x3 domain-pre-start start_guid=True mem_required=None',
    'x3 domain-pre-spawn start_guid=True',
    ...live('x3'),
    'x3 domain-spawn start_guid=True',
    'x3 domain-qdb-create',
    'x3 domain-pre-unpaused',
    'x3 domain-unpaused',
    'x3 domain-start start_guid=True',
    'x3 domain-pre-paused',
    'x3 domain-paused',
    'x3 domain-pre-unpaused',
    'x3 domain-unpaused',
    'x3 domain-pre-shutdown force=True',
    'x3 domain-stopped',
    ...live('x3'),
    'x3 domain-shutdown',
    '- domain-pre-delete vm=x3',
    '- domain-delete vm=x3',
  ]);
});

it('tells what belongs to the lab, and whose netvm is another by it', async () => {
  expect(
    await told([
      ['admin.property.Set+default_netvm', 'dom0', 'sys-net'],
      ['admin.vm.property.Set+provides_network', 'personal', '1'],
      ['admin.vm.property.Set+label', 'work', 'blue'],
      ['admin.vm.firewall.Reload', 'work'],
      ['admin.vm.tag.Set+t', 'dom0'],
    ]),
  ).toEqual([
    '- property-pre-set:default_netvm name=default_netvm newvalue=sys-net oldvalue=sys-firewall',
    'work property-pre-set:netvm name=netvm newvalue=sys-net oldvalue=sys-firewall',
    'work property-set:netvm name=netvm newvalue=sys-net oldvalue=sys-firewall',
    'work property-reset:netvm name=netvm oldvalue=sys-firewall',
    '- property-set:default_netvm name=default_netvm newvalue=sys-net oldvalue=sys-firewall',
    'personal property-pre-set:provides_network name=provides_network newvalue=True oldvalue=False',
    'personal domain-feature-pre-set:servicevm feature=servicevm value=1',
    'personal domain-feature-set:servicevm feature=servicevm value=1',
    'personal property-reset:icon name=icon',
    'personal property-reset:gateway name=gateway',
    'personal property-reset:gateway6 name=gateway6',
    'personal property-set:provides_network name=provides_network newvalue=True oldvalue=False',
    'work property-pre-set:label name=label newvalue=blue oldvalue=red',
    'work property-reset:icon name=icon',
    'work property-set:label name=label newvalue=blue oldvalue=red',
    'work firewall-changed',
    'dom0 domain-tag-add:t tag=t',
  ]);
});

it('tells a kill without asking, a failed start, and who is connected', () => {
  const texts = (news: Parameters<typeof happeningsOf>[0]) => happeningsOf(news).map(({ event }) => event);
  expect(texts({ kind: 'node', node: 'x', state: 'stopping', by: 'kill' })).toEqual([]);
  expect(happeningsOf({ kind: 'node', node: 'x', state: 'failed', reason: 'no disk' })).toEqual([
    { subject: 'x', event: 'domain-start-failed', parameters: [['reason', 'no disk']] },
  ]);
  expect(texts({ kind: 'node', node: 'x', state: 'lost' })).toContain('domain-shutdown');
  expect(happeningsOf({ kind: 'uplink', client: 'work', provider: 'sys-net' })).toEqual([
    { subject: 'sys-net', event: 'net-domain-connect', parameters: [['vm', 'work']] },
  ]);
});
