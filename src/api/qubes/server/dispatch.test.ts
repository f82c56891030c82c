import { beforeEach, describe, expect, it } from 'vitest';
import { type MemoryLab, memoryLab } from '../../../../test/support/memory-lab.ts';
import { call, replyTo } from '../../../../test/support/qubes-calls.ts';
import { RECORDED } from '../../../../test/support/recorded-exchanges.ts';
import { METHODS } from '../methods/table.ts';

let lab: MemoryLab;
beforeEach(() => {
  lab = memoryLab();
});

/** Calls, one after the other, and what the last is answered. */
async function last(...calls: readonly (readonly [method: string, destination: string, payload?: string])[]): Promise<string> {
  let answer = '';
  for (const [method, destination, payload] of calls) answer = await call(lab, method, destination, payload);
  return answer;
}

describe('recorded calls', () => {
  const same = [
    'featureSet',
    'featureGet',
    'featureMissing',
    'netvm',
    'gateway',
    'netvmNone',
    'netvmDefault',
    'defaultNetvm',
    'currentState',
    'firewallSet',
    'labels',
  ] as const;
  it.each(same)('answers %s as the genuine daemon does', async (name) => {
    expect(await replyTo(lab, RECORDED[name].request)).toBe(RECORDED[name].reply);
  });

  it('answers the others so, once the lab is as it was', async () => {
    await call(lab, 'admin.vm.property.Set+memory', 'work', '500');
    expect(await replyTo(lab, RECORDED.memory.request)).toBe(RECORDED.memory.reply);
    await call(lab, 'admin.vm.feature.Set+empty', 'work');
    expect(await replyTo(lab, RECORDED.featureList.request)).toBe(RECORDED.featureList.reply);
    await call(lab, 'admin.vm.firewall.Set', 'work', RECORDED.firewallSet.request.split('\0')[1]);
    expect(await replyTo(lab, RECORDED.firewallGet.request)).toBe(RECORDED.firewallGet.reply);
    await call(lab, 'admin.vm.tag.Set+foo', 'work');
    expect(await replyTo(lab, RECORDED.tagGet.request)).toBe(RECORDED.tagGet.reply);
    await call(lab, 'admin.vm.Start', 'sys-net');
    await call(lab, 'admin.vm.Start', 'sys-firewall');
    expect(await replyTo(lab, RECORDED.shutdownInUse.request)).toBe(RECORDED.shutdownInUse.reply);
    expect(await replyTo(lab, RECORDED.shutdown.request)).toBe(RECORDED.shutdown.reply);
    expect(await replyTo(lab, RECORDED.create.request)).toBe(RECORDED.create.reply);
  });

  it('lists qubes: dom0 first, then by name, templates among them, hubs and the host not', async () => {
    const list = await call(lab, 'admin.vm.List', 'dom0');
    expect(list.split('\n').map((line) => line.replace(/ uuid=.*/, ''))).toEqual([
      'dom0 class=AdminVM state=Running',
      'namespace class=TemplateVM state=Halted',
      'personal class=AppVM state=Halted',
      'small class=TemplateVM state=Halted',
      'sys-firewall class=AppVM state=Halted',
      'sys-net class=AppVM state=Halted',
      'work class=AppVM state=Halted',
      '',
    ]);
    const uuids = [...list.matchAll(/uuid=(\S+)/g)].map(([, uuid = '']) => uuid);
    expect(new Set(uuids).size).toBe(7);
    expect(
      uuids.filter((uuid) => !/^[0-9a-f]{8}-[0-9a-f]{4}-[80][0-9a-f]{3}-[089ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(uuid)),
    ).toEqual([]);
    expect(await call(memoryLab(), 'admin.vm.List', 'dom0')).toBe(list);
    expect(await call(lab, 'admin.vm.List', `uuid:${uuids[6]}`)).toMatch(/^work class=AppVM/);
  });
});

/** The situations of the specs' table 3.3, each with its calls; `started` runs before. */
const refused: readonly (readonly [
  situation: string,
  calls: readonly (readonly [method: string, destination: string, payload?: string])[],
  answer: string,
])[] = [
  ['qube not found', [['admin.vm.List', 'x']], "QubesVMNotFoundError: No such domain: 'x'"],
  ['UUID that is none', [['admin.vm.List', 'uuid:1234']], "QubesVMInvalidUUIDError: VM UUID is not valid: '1234'"],
  ['name that is none', [['admin.vm.List', 'a b']], 'QubesValueError: VM name contains illegal characters'],
  [
    'create, name taken',
    [['admin.vm.Create.AppVM+small', 'dom0', 'name=work label=red']],
    'QubesVMAlreadyExistsError: Qube already exists: work',
  ],
  [
    'create, name of a hub',
    [['admin.vm.Create.AppVM+small', 'dom0', 'name=hub1 label=red']],
    'QubesVMAlreadyExistsError: there is a node hub1 already; choose another name',
  ],
  [
    'create, name too long',
    [['admin.vm.Create.AppVM+small', 'dom0', `name=${'a'.repeat(32)} label=red`]],
    'QubesValueError: VM name must be shorter than 32 characters',
  ],
  [
    'create, name begins wrongly',
    [['admin.vm.Create.AppVM+small', 'dom0', 'name=-a label=red']],
    'QubesValueError: VM name cannot start with hyphen, underscore, dot or numbers',
  ],
  [
    'create, illegal characters',
    [['admin.vm.Create.AppVM+small', 'dom0', 'name=a/b label=red']],
    'QubesValueError: VM name contains illegal characters',
  ],
  [
    'create, reserved name',
    [['admin.vm.Create.AppVM+small', 'dom0', 'name=none label=red']],
    "QubesValueError: VM name cannot be 'none' nor 'default'",
  ],
  [
    'create, name of a device model',
    [['admin.vm.Create.AppVM+small', 'dom0', 'name=a-dm label=red']],
    'QubesValueError: VM name cannot end with -dm',
  ],
  [
    'unknown property',
    [['admin.vm.property.Get+nothing_alike', 'work']],
    "QubesNoSuchPropertyError: Invalid property 'nothing_alike' of VM",
  ],
  [
    'unknown property, nearly right',
    [['admin.vm.property.Get+netmv', 'work']],
    "QubesNoSuchPropertyError: Invalid property 'netmv' of VM, did you mean netvm?",
  ],
  ['unknown property of the lab', [['admin.property.Get+p', 'dom0']], "QubesNoSuchPropertyError: Invalid property 'p' of Qubes"],
  [
    'not parseable: int',
    [['admin.vm.property.Set+vcpus', 'work', 'many']],
    'QubesValueError: Failed to parse property value as int',
  ],
  [
    'not parseable: IPv4Address',
    [['admin.vm.property.Set+ip', 'work', '1111.2222.3333.4444']],
    'QubesValueError: Failed to parse property value as IPv4Address',
  ],
  [
    'bool not parseable',
    [['admin.vm.property.Set+debug', 'work', 'x']],
    "QubesValueError: Invalid literal for boolean property: 'x'",
  ],
  [
    'read-only property',
    [['admin.vm.property.Set+gateway', 'work', '10.0.0.1']],
    "QubesPropertyValueError: property 'gateway' on AppVM instance cannot be set",
  ],
  ['non-positive int', [['admin.vm.property.Set+vcpus', 'work', '0']], 'QubesPropertyValueError: vcpus must be positive'],
  [
    'write-once',
    [['admin.vm.property.Set+name', 'work', 'other']],
    "QubesPropertyValueError: property 'name' on AppVM instance cannot be set",
  ],
  [
    'bad mac',
    [['admin.vm.property.Set+mac', 'work', 'zz']],
    'QubesPropertyValueError: Invalid MAC address: six bytes such as 00:16:3e:5e:6c:00 are expected',
  ],
  [
    'netvm does not exist',
    [['admin.vm.property.Set+netvm', 'work', 'x']],
    "QubesPropertyValueError: Can't set netvm to non-existing qube x",
  ],
  [
    'netvm provides no network',
    [['admin.vm.property.Set+netvm', 'work', 'personal']],
    'QubesValueError: The personal qube does not provide network',
  ],
  [
    'netvm loop',
    [['admin.vm.property.Set+netvm', 'sys-net', 'sys-firewall']],
    'QubesValueError: Loops in network are unsupported',
  ],
  ['netvm itself', [['admin.vm.property.Set+netvm', 'sys-net', 'sys-net']], 'QubesValueError: Loops in network are unsupported'],
  [
    'default_netvm would loop',
    [
      ['admin.vm.property.Reset+netvm', 'sys-net'],
      ['admin.property.Set+default_netvm', 'dom0', ''],
      ['admin.vm.property.Reset+netvm', 'sys-net'],
      ['admin.property.Set+default_netvm', 'dom0', 'sys-net'],
    ],
    "QubesPropertyValueError: Network loop on 'sys-net'",
  ],
  [
    'provides_network=False while used',
    [['admin.vm.property.Set+provides_network', 'sys-firewall', 'False']],
    "QubesValueError: The qube is still used by other qubes, change theirs 'netvm' first",
  ],
  [
    'running qube to stopped netvm',
    [
      ['admin.vm.Start', 'personal'],
      ['admin.vm.property.Set+netvm', 'personal', 'sys-net'],
    ],
    'QubesVMNotStartedError: Cannot dynamically attach to stopped qube sys-net',
  ],
  [
    'shutdown of used netvm',
    [
      ['admin.vm.Start', 'sys-firewall'],
      ['admin.vm.Start', 'work'],
      ['admin.vm.Pause', 'work'],
      ['admin.vm.Shutdown', 'sys-firewall'],
    ],
    'QubesVMInUseError: There are other VMs connected to this VM: work',
  ],
  ['shutdown of halted', [['admin.vm.Shutdown', 'work']], "QubesVMNotStartedError: Domain is powered off: 'work'"],
  ['kill of halted', [['admin.vm.Kill', 'work']], "QubesVMNotStartedError: Domain is powered off: 'work'"],
  [
    'shutdown of paused',
    [
      ['admin.vm.Start', 'work'],
      ['admin.vm.Pause', 'work'],
      ['admin.vm.Shutdown', 'work'],
    ],
    "QubesVMNotRunningError: Domain not running (either powered off or paused): 'work'",
  ],
  [
    'pause of halted',
    [['admin.vm.Pause', 'work']],
    "QubesVMNotRunningError: Domain not running (either powered off or paused): 'work'",
  ],
  [
    'unpause of not paused',
    [
      ['admin.vm.Start', 'work'],
      ['admin.vm.Unpause', 'work'],
    ],
    "QubesVMNotPausedError: Domain is not paused: 'work'",
  ],
  [
    'remove of running',
    [
      ['admin.vm.Start', 'work'],
      ['admin.vm.Remove', 'work'],
    ],
    "QubesVMNotHaltedError: Domain is not powered off: 'work'",
  ],
  [
    'remove of used',
    [['admin.vm.Remove', 'sys-net']],
    "QubesVMInUseError: Domain is in use: 'sys-net'; it is the netvm of sys-firewall",
  ],
  [
    'remove of the default netvm',
    [['admin.vm.Remove', 'sys-firewall']],
    "QubesVMInUseError: Domain is in use: 'sys-firewall'; it is the default_netvm of the lab",
  ],
  [
    'remove of a template',
    [['admin.vm.Remove', 'small']],
    "QubesVMInUseError: Domain is in use: 'small'; it is the template of work",
  ],
  ['remove dom0', [['admin.vm.Remove', 'dom0']], "QubesVMInUseError: 'dom0' cannot be removed"],
  ['start dom0', [['admin.vm.Start', 'dom0']], 'QubesVMNotHaltedError: Cannot start Dom0 fake domain!'],
  ['kill dom0', [['admin.vm.Kill', 'dom0']], 'QubesVMError: Cannot kill Dom0 fake domain!'],
  [
    'feature prohibit-start',
    [
      ['admin.vm.feature.Set+prohibit-start', 'work', 'on holiday'],
      ['admin.vm.Start', 'work'],
    ],
    'QubesException: Qube start is prohibited. Rationale: on holiday',
  ],
  ['tag missing', [['admin.vm.tag.Remove+t', 'work']], 'QubesTagNotFoundError: Tag not set for domain work: t'],
  ['feature missing', [['admin.vm.feature.Remove+f', 'work']], 'QubesFeatureNotFoundError: Feature not set for domain work: f'],
  ['feature name', [['admin.vm.feature.Set+a/b', 'work', 'x']], 'QubesValueError: feature name contains illegal characters'],
  [
    'feature value not printable',
    [['admin.vm.feature.Set+f', 'work', 'a\u0001']],
    'QubesValueError: f value contains illegal characters',
  ],
  [
    'feature value not ASCII',
    [['admin.vm.feature.Set+f', 'work', 'é']],
    'QubesValueError: Feature value contains non-ASCII characters',
  ],
  [
    'feature reserved',
    [['admin.vm.feature.Set+deferred-netvm-original', 'work', 'x']],
    "PermissionDenied: Feature 'deferred-netvm-original' is for the daemon alone",
  ],
  ['tag name', [['admin.vm.tag.Set+a.b', 'work']], 'QubesInvalidTagError: disallowed characters'],
  ['service without a name', [['admin.vm.feature.Set+service.', 'work', '1']], 'QubesValueError: Service name cannot be empty'],
  [
    'service above its folder',
    [['admin.vm.feature.Set+service...', 'work', '1']],
    'QubesValueError: Service name cannot be "." or ".."',
  ],
  [
    'service with a long name',
    [[`admin.vm.feature.Set+service.${'a'.repeat(49)}`, 'work', '1']],
    'QubesValueError: Service name must not exceed 48 bytes',
  ],
  ['label unknown', [['admin.vm.property.Set+label', 'work', 'x']], 'QubesLabelNotFoundError: Label does not exist: x'],
  [
    'template of the wrong class',
    [['admin.vm.Create.AppVM+work', 'dom0', 'name=x label=red']],
    "QubesPropertyValueError: wrong VM class: domains['work'] is of type AppVM and not TemplateVM",
  ],
  [
    'unknown class on create',
    [['admin.vm.Create.X', 'dom0', 'name=x label=red']],
    "ProtocolError: no such method: 'admin.vm.Create.X'",
  ],
  [
    'class that a lab has not',
    [['admin.vm.Create.StandaloneVM', 'dom0', 'name=x label=red']],
    'QubesException: A lab has no new StandaloneVM: its qubes are AppVMs of its templates, and DispVMs',
  ],
  [
    'unknown pool',
    [['admin.vm.CreateInPool.AppVM', 'dom0', 'name=x label=red pool=x']],
    'QubesException: Unknown storage pool x',
  ],
  ['Shutdown with odd argument', [['admin.vm.Shutdown+now', 'work']], 'ProtocolError: Argument must match: force, wait'],
  [
    'Shutdown with an argument twice',
    [['admin.vm.Shutdown+wait+wait', 'work']],
    'ProtocolError: Argument must match: force, wait',
  ],
  [
    'firewall rule that is none',
    [['admin.vm.firewall.Set', 'work', 'action=perhaps\n']],
    'QubesValueError: line 1: action cannot be perhaps: expected accept or drop',
  ],
  ['unknown method', [["admin.vm.Ex'plode", 'work']], 'ProtocolError: no such method: "admin.vm.Ex\'plode"'],
  ['no payload', [['admin.vm.firewall.Set', 'work']], 'ProtocolError: expected payload'],
  ['payload too much', [['admin.vm.Start', 'work', 'x']], 'ProtocolError: unexpected payload'],
  ['no argument', [['admin.vm.feature.Get', 'work']], 'ProtocolError: expected an argument'],
  ['argument too much', [['admin.vm.Start+x', 'work']], 'ProtocolError: unexpected argument'],
  ['not dom0', [['admin.label.List', 'work']], 'ProtocolError: expected destination to be AdminVM'],
  ['dom0', [['admin.vm.firewall.Get', 'dom0']], 'ProtocolError: expected destination to not be AdminVM'],
];

describe('refusals', () => {
  it.each(refused)('answers: %s', async (_, calls, answer) => {
    expect(await last(...calls)).toBe(answer);
  });

  it('says what is wrong in the order of the genuine daemon', async () => {
    const wrong = (parts: { source?: string; destination?: string; method?: string; argument?: string; payload?: string }) =>
      replyTo(
        lab,
        `${parts.method ?? 'admin.label.List'}+${parts.argument ?? 'a'} ${parts.source ?? 'dom0'} name ${parts.destination ?? 'work'}\0${parts.payload ?? 'p'}`,
      );
    const type = (reply: string) => reply.split('\0').slice(1, 4).join('|');
    expect(type(await wrong({ source: 'nobody', destination: 'none', method: 'x' }))).toBe(
      "QubesVMNotFoundError||No such domain: 'nobody'",
    );
    expect(type(await wrong({ destination: 'nobody', method: 'x' }))).toBe("QubesVMNotFoundError||No such domain: 'nobody'");
    expect(type(await wrong({ method: 'x' }))).toBe("ProtocolError||no such method: 'x'");
    expect(type(await wrong({}))).toBe('ProtocolError||unexpected payload');
    expect(type(await wrong({ payload: '' }))).toBe('ProtocolError||unexpected argument');
    expect(type(await wrong({ payload: '', argument: '' }))).toBe('ProtocolError||expected destination to be AdminVM');
  });

  it('sends a percent sign so that clients can format the message', async () => {
    const reply = await replyTo(lab, 'admin.vm.property.Set+debug dom0 name work\0a%sb');
    expect(reply).toBe("2\0QubesValueError\0\0Invalid literal for boolean property: 'a%%sb'\0");
  });

  it('refuses those who only look whatever would change the lab, and nothing else', async () => {
    const before = lab.topology;
    const answers = await Promise.all(
      [...METHODS].map(async ([name, method]) => [method.changes, await call(lab, `${name}+x`, 'work', 'x', true)] as const),
    );
    const told = answers.map(([changes, answer]) => [changes, answer.startsWith('QubesReadOnlyError: ')]);
    expect(told.filter(([changes, isRefused]) => changes !== isRefused)).toEqual([]);
    expect(lab.topology).toBe(before);
    expect(await call(lab, 'admin.vm.property.Get+netvm', 'work', '', true)).toBe('default=True type=vm sys-firewall');
  });
});
