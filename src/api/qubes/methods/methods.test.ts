import { beforeEach, describe, expect, it } from 'vitest';
import { type MemoryLab, memoryLab, memoryNode } from '../../../../test/support/memory-lab.ts';
import { call } from '../../../../test/support/qubes-calls.ts';
import { findQube } from '../qubes.ts';
import { measure } from './stats.ts';

let lab: MemoryLab;
beforeEach(() => {
  lab = memoryLab();
});

const ask = (method: string, destination: string, payload?: string) => call(lab, method, destination, payload);
const attributesOf = (name: string) => lab.view().nodes.get(name)?.attributes;

describe('properties', () => {
  it('are listed in the order of Qubes, those of its last stage at the end', async () => {
    const names = (await ask('admin.vm.property.List', 'work')).trimEnd().split('\n');
    const last = ['audiovm', 'bootmode', 'default_dispvm', 'guivm', 'kernelopts', 'management_dispvm', 'netvm', 'template'];
    expect(names.slice(-8)).toEqual(last);
    expect(names.slice(0, -8)).toEqual([...names.slice(0, -8)].sort());
    const all = (await ask('admin.vm.property.GetAll', 'work')).trimEnd().split('\n');
    expect(all.map((line) => line.split(' ')[0])).toEqual(names);
    expect(all.filter((line) => !/^\S+ default=(True|False) type=(str|int|bool|vm|label) /.test(line))).toEqual([]);
  });

  it('are those of the class: an AppVM, a template, a disposable and dom0', async () => {
    await ask('admin.vm.property.Set+template_for_dispvms', 'personal', 'yes');
    await ask('admin.vm.CreateDisposable', 'personal');
    const has = async (name: string, property: string) =>
      (await ask('admin.vm.property.List', name)).split('\n').includes(property);
    const properties = ['template', 'template_for_dispvms', 'appvm_default_bootmode', 'auto_cleanup', 'netvm'];
    const table = await Promise.all(
      ['work', 'small', 'disp1', 'dom0'].map((name) => Promise.all(properties.map((property) => has(name, property)))),
    );
    expect(table).toEqual([
      [true, true, false, false, true],
      [false, false, true, false, true],
      [true, false, false, true, true],
      [false, false, false, false, false],
    ]);
    expect((await ask('admin.vm.property.List', 'dom0')).split('\n')).toEqual([
      'devices_denied',
      'icon',
      'include_in_backups',
      'keyboard_layout',
      'klass',
      'label',
      'maxmem',
      'name',
      'qid',
      'updateable',
      'uuid',
      'default_dispvm',
      '',
    ]);
  });

  it('say what follows from the tree of uplinks', async () => {
    await ask('admin.vm.feature.Set+ipv6', 'sys-net', '1');
    const value = async (name: string, property: string) =>
      (await ask(`admin.vm.property.Get+${property}`, name)).replace(/^default=\w+ type=\w+ /, '');
    const properties = [
      'ip',
      'ip6',
      'gateway',
      'gateway6',
      'visible_gateway',
      'visible_gateway6',
      'visible_netmask',
      'dns',
      'qid',
      'xid',
    ];
    expect(await Promise.all(properties.map((property) => value('work', property)))).toEqual([
      '10.137.0.3',
      'fd09:24ef:4179::a89:3',
      '',
      '',
      '10.137.0.2',
      'fd09:24ef:4179::a89:2',
      '255.255.255.255',
      '10.139.1.1 10.139.1.2',
      '3',
      '-1',
    ]);
    expect(await value('sys-firewall', 'gateway')).toBe('10.137.0.2');
    expect(await value('personal', 'ip')).toBe('');
    await ask('admin.vm.Start', 'work');
    expect(await value('work', 'xid')).toBe('3');
  });

  it.each([
    ['debug', 'ON', 'True', { qn_debug: 'true' }],
    ['memory', '500', '500', { qn_mem: '500M' }],
    ['vcpus', '+4', '4', { qn_vcpus: '4' }],
    ['maxmem', '0', '0', { qn_maxmem: '0' }],
    ['ip', '10.1.2.3', '10.1.2.3', { qn_ip: '10.1.2.3' }],
    ['mac', '12:34:56:78:90:AB', '12:34:56:78:90:ab', { qn_mac: '12:34:56:78:90:ab' }],
    ['netvm', 'sys-net', 'sys-net', { qn_netvm: 'sys-net' }],
    ['netvm', '', '', { qn_netvm: 'none' }],
    ['guivm', 'personal', 'personal', { qn_guivm: 'personal' }],
    ['default_dispvm', '', '', { qn_default_dispvm: 'none' }],
    ['kernelopts', 'quiet  splash', 'quiet  splash', { qn_kernelopts: 'quiet  splash' }],
    ['provides_network', 'true', 'True', { qn_provides_network: 'true', 'feature.servicevm': '1' }],
  ])('sets %s to %j', async (property, given, shown, kept) => {
    const before = await ask(`admin.vm.property.Get+${property}`, 'work');
    expect(before).toMatch(/^default=True /);
    expect(await ask(`admin.vm.property.Set+${property}`, 'work', given)).toBe('');
    expect(attributesOf('work')).toEqual({ 'feature.foo': 'bar', ...kept });
    expect((await ask(`admin.vm.property.Get+${property}`, 'work')).replace(/type=\w+ /, '')).toBe(`default=False ${shown}`);
    expect(await ask(`admin.vm.property.Reset+${property}`, 'work')).toBe('');
    expect(await ask(`admin.vm.property.Get+${property}`, 'work')).toBe(before);
    expect(attributesOf('work')).toEqual({ 'feature.foo': 'bar' });
  });

  it.each([
    ['default_user', 'x y', /^QubesPropertyValueError: Username can contain only/],
    ['keyboard_layout', 'us', /^QubesPropertyValueError: invalid number of keyboard layout parameters$/],
    ['virt_mode', 'xen', /^QubesPropertyValueError: Invalid virtualization mode, supported values: hvm, pv, pvh$/],
    ['maxmem', '-1', /^QubesPropertyValueError: maxmem must be positive or zero$/],
    ['kernelopts', 'a\u0001', /^QubesValueError: Invalid characters in property value$/],
    ['kernelopts', 'é', /^QubesValueError: Non-ASCII bytes in property value$/],
    ['guivm', '-x', /^QubesValueError: VM name cannot start with/],
  ])('refuses %s to be %j', async (property, given, answer) => {
    expect(await ask(`admin.vm.property.Set+${property}`, 'work', given)).toMatch(answer);
  });

  it('has a label by default that counts as chosen', async () => {
    expect(await ask('admin.vm.property.Get+label', 'work')).toBe('default=False type=label red');
    expect(await ask('admin.vm.property.GetDefault+label', 'work')).toBe('');
    expect(await ask('admin.vm.property.Set+label', 'work', '6')).toBe('');
    expect(attributesOf('work')?.['qn_label']).toBe('blue');
    expect(await ask('admin.vm.property.Get+label', 'small')).toBe('default=False type=label black');
  });

  it('of dom0 are kept by the host, which is made where there is none, and those of templates nowhere', async () => {
    expect(await ask('admin.vm.property.Set+label', 'dom0', 'green')).toBe('');
    expect(attributesOf('host')).toEqual({ qn_label: 'green' });
    expect(await ask('admin.vm.property.Set+label', 'small', 'green')).toBe(
      'QubesException: small keeps no settings: small is a template, whose file says what it is',
    );
    await lab.change([{ change: 'remove', node: 'host' }]);
    expect(await ask('admin.vm.tag.Set+t', 'dom0')).toBe('');
    expect(lab.view().nodes.get('host')).toMatchObject({ kind: 'host', attributes: { qn_tags: 't' } });
    await lab.change([
      { change: 'remove', node: 'host' },
      { change: 'create', node: 'host', kind: 'vm', template: 'small', attributes: {} },
    ]);
    expect(await ask('admin.vm.tag.Set+t', 'dom0')).toBe(
      'QubesException: dom0 keeps no settings: the node host is something else than the machine',
    );
    expect(await ask('admin.vm.property.Get+qid', 'dom0')).toBe('default=True type=int 0');
  });

  it('of the whole lab are attributes of its graph', async () => {
    expect(await ask('admin.property.Set+default_netvm', 'dom0', 'sys-net')).toBe('');
    expect(await ask('admin.vm.property.Get+netvm', 'work')).toBe('default=True type=vm sys-net');
    expect(await ask('admin.property.Set+default_netvm', 'dom0', '')).toBe('');
    expect(await ask('admin.property.Get+default_netvm', 'dom0')).toBe('default=False type=vm ');
    expect(await ask('admin.vm.property.Get+netvm', 'work')).toBe('default=True type=vm ');
    expect(await ask('admin.property.Set+default_qrexec_timeout', 'dom0', '7')).toBe('');
    expect(await ask('admin.vm.property.GetDefault+qrexec_timeout', 'work')).toBe('type=int 7');
    await ask('admin.vm.Start', 'work');
    expect(lab.timeout).toBe(7);
    expect(await ask('admin.property.Set+default_template', 'dom0', 'small')).toBe('');
    await ask('admin.vm.Create.AppVM', 'dom0', 'name=x label=red');
    expect(lab.view().nodes.get('x')).toMatchObject({ kind: 'vm', template: 'small' });
    expect(await ask('admin.property.Get+no_cpus', 'dom0')).toBe('default=True type=int 4');
    expect(await ask('admin.property.Help+clockvm', 'dom0')).toBe('The qube that the time comes from.');
  });
});

describe('features', () => {
  it('are found along the chains of templates, netvms and dom0', async () => {
    await ask('admin.vm.feature.Set+f', 'sys-net', 'net');
    await ask('admin.vm.feature.Set+g', 'dom0', '');
    await ask('admin.vm.feature.Set+h', 'personal', 'from');
    await ask('admin.vm.property.Set+template_for_dispvms', 'personal', 'True');
    await ask('admin.vm.Create.DispVM+personal', 'dom0', 'name=d label=red');
    await ask('admin.vm.feature.Remove+h', 'd');
    expect(await ask('admin.vm.feature.CheckWithNetvm+f', 'work')).toBe('net');
    expect(await ask('admin.vm.feature.CheckWithAdminVM+g', 'work')).toBe('');
    expect(await ask('admin.vm.feature.CheckWithTemplate+h', 'd')).toBe('from');
    expect(await ask('admin.vm.feature.CheckWithTemplateAndAdminVM+g', 'd')).toBe('');
    expect(await ask('admin.vm.feature.CheckWithTemplate+f', 'work')).toBe(
      'QubesFeatureNotFoundError: Feature not set for domain work: f',
    );
  });

  it('refuses an attach-network-to that cannot be read, and changes nothing', async () => {
    const before = lab.topology;
    expect(await ask('admin.vm.feature.Set+attach-network-to', 'work', 'personal\npersonal\n')).toMatch(/^QubesValueError: /);
    expect(lab.topology).toBe(before);
    expect(await ask('admin.vm.feature.Set+attach-network-to', 'work', 'personal\nx frontend_mac=12:34:56:78:90:ab\n')).toBe('');
    expect(attributesOf('work')?.['feature.attach-network-to']).toBe('personal\nx frontend_mac=12:34:56:78:90:ab\n');
  });
});

describe('tags and notes', () => {
  it('are kept sorted, and told one a line', async () => {
    for (const tag of ['b', 'a', 'b']) expect(await ask(`admin.vm.tag.Set+${tag}`, 'work')).toBe('');
    expect(await ask('admin.vm.tag.List', 'work')).toBe('a\nb\n');
    expect(attributesOf('work')?.['qn_tags']).toBe('a b');
    expect([await ask('admin.vm.tag.Get+a', 'work'), await ask('admin.vm.tag.Get+c', 'work')]).toEqual(['1', '0']);
    await ask('admin.vm.tag.Remove+a', 'work');
    await ask('admin.vm.tag.Remove+b', 'work');
    expect(attributesOf('work')).not.toHaveProperty('qn_tags');
  });

  it('keeps what people write', async () => {
    expect(await ask('admin.vm.notes.Get', 'work')).toBe('');
    expect(await ask('admin.vm.notes.Set', 'work', 'zwei Zeilen\nmit Ümläuten')).toBe('');
    expect(await ask('admin.vm.notes.Get', 'work')).toBe('zwei Zeilen\nmit Ümläuten');
    expect(await ask('admin.vm.notes.Set', 'work', 'a\0b')).toMatch(/^QubesValueError/);
    expect(await ask('admin.vm.notes.Set', 'work')).toBe('');
    expect(attributesOf('work')).not.toHaveProperty('qn_notes');
  });
});

describe('firewall rules', () => {
  it('are returned in canonical order, and not once they have expired', async () => {
    const rules = `action=drop dsthost=2001:db8::1\naction=accept expire=${lab.time + 10} comment=for a while`;
    expect(await ask('admin.vm.firewall.Set', 'work', rules)).toBe('');
    expect(await ask('admin.vm.firewall.Get', 'work')).toBe(
      `action=drop dst6=2001:db8::1/128\naction=accept expire=${lab.time + 10} comment=for a while\n`,
    );
    lab.time += 10;
    expect(await ask('admin.vm.firewall.Get', 'work')).toBe('action=drop dst6=2001:db8::1/128\n');
    expect(await ask('admin.vm.firewall.Reload', 'work')).toBe('');
    expect(await ask('admin.vm.firewall.Get', 'small')).toBe('action=accept\n');
  });

  it('let nothing pass once all of them have expired', async () => {
    await ask('admin.vm.firewall.Set', 'work', 'action=accept expire=5\n');
    expect(await ask('admin.vm.firewall.Get', 'work')).toBe('');
    expect(attributesOf('work')?.['qn_firewall']).toBe('action=accept expire=5');
  });
});

describe('labels', () => {
  it('can be added to those of Qubes, used and removed', async () => {
    expect(await ask('admin.label.Create+teal', 'dom0', '0x00AA99')).toBe('');
    expect(await ask('admin.label.List', 'dom0')).toBe('red\norange\nyellow\ngreen\ngray\nblue\npurple\nblack\nteal\n');
    expect([await ask('admin.label.Get+teal', 'dom0'), await ask('admin.label.Index+teal', 'dom0')]).toEqual(['0x00aa99', '9']);
    expect(await ask('admin.vm.property.Set+label', 'work', 'teal')).toBe('');
    expect(await ask('admin.vm.property.Get+icon', 'work')).toBe('default=True type=str appvm-teal');
    expect(await ask('admin.label.Remove+teal', 'dom0')).toBe('QubesLabelInUseError: Label is in use: teal, by work');
    await ask('admin.vm.property.Reset+label', 'work');
    expect(await ask('admin.label.Remove+teal', 'dom0')).toBe('');
    expect(lab.topology.attributes).not.toHaveProperty('qn_labels');
  });

  it.each([
    ['admin.label.Create+red', '0x123456', 'QubesValueError: Label already exists: red'],
    ['admin.label.Create+12', '0x123456', "QubesInvalidLabelNameError: Invalid label name: '12'"],
    ['admin.label.Create+x', 'red', "QubesInvalidLabelColorError: Invalid label colour: 'red', expected 0xRRGGBB"],
    ['admin.label.Remove+red', '', 'QubesException: red is a label of every lab'],
    ['admin.label.Get+x', '', 'QubesLabelNotFoundError: Label does not exist: x'],
  ])('refuses %s %s', async (method, payload, answer) => {
    expect(await ask(method, 'dom0', payload)).toBe(answer);
  });
});

describe('creation', () => {
  it('makes a node of what other nodes of the template are', async () => {
    expect(await ask('admin.vm.CreateInPool.AppVM+small', 'dom0', 'label=blue name=x3 pool:root=weft')).toBe('');
    expect(lab.view().nodes.get('x3')).toMatchObject({
      kind: 'vm',
      template: 'small',
      attributes: { qn_label: 'blue', qn_tags: 'created-by-dom0' },
    });
    await ask('admin.vm.Create.AppVM+internet', 'dom0', 'name=out label=red');
    expect(lab.view().nodes.get('out')).toMatchObject({ kind: 'internet', attributes: { qn_kind: 'internet' } });
    expect(await ask('admin.vm.property.Set+netvm', 'out', 'sys-net')).toMatch(/^QubesPropertyValueError: /);
  });

  it.each([
    ['name=x', 'ProtocolError: Missing name or label'],
    ['name=x label=red colour=blue', 'ProtocolError: Invalid param name'],
    ['name=x label=red name=y', 'ProtocolError: duplicated parameters'],
    ['name=x label=red pool:home=weft', 'ProtocolError: Invalid volume name'],
    ['name=x label=red pool=weft pool:root=weft', "ProtocolError: Only one of 'pool=' and 'pool:volume=' can be used"],
    ['name=x label=mauve', 'QubesLabelNotFoundError: Label does not exist: mauve'],
    ['', 'ProtocolError: Invalid param name'],
  ])('refuses %j', async (payload, answer) => {
    expect(await ask('admin.vm.CreateInPool.AppVM+small', 'dom0', payload)).toBe(answer);
  });

  it('makes disposables of qubes that allow it, with a name of their own', async () => {
    expect(await ask('admin.vm.CreateDisposable', 'personal')).toMatch(
      /^QubesValueError: template for disposable .personal. needs to be/,
    );
    await ask('admin.vm.property.Set+template_for_dispvms', 'personal', 'True');
    await ask('admin.property.Set+default_dispvm', 'dom0', 'personal');
    expect(await ask('admin.vm.CreateDisposable', 'personal')).toBe('disp1');
    const uuid = await ask('admin.vm.CreateDisposable', 'dom0', 'uuid');
    expect(await ask('admin.vm.List', uuid)).toMatch(/^disp2 class=DispVM state=Halted/);
    expect(await ask('admin.vm.property.Get+template', 'disp2')).toBe('default=False type=vm personal');
    expect(await ask('admin.vm.Remove', 'personal')).toBe(
      "QubesVMInUseError: Domain is in use: 'personal'; it is the template of disp1, the template of disp2, the default_dispvm of the lab",
    );
    expect(await ask('admin.vm.Remove', 'disp1')).toBe('');
  });
});

describe('many at once', () => {
  it('add tags, labels and disposables, and none is lost', async () => {
    await ask('admin.vm.property.Set+template_for_dispvms', 'personal', 'True');
    const made = await Promise.all([
      ...['a', 'b', 'c'].map((tag) => ask(`admin.vm.tag.Set+${tag}`, 'work')),
      ...['x', 'y', 'x'].map((label) => ask(`admin.label.Create+${label}`, 'dom0', '0x123456')),
      ...[1, 2].map(() => ask('admin.vm.CreateDisposable', 'personal')),
    ]);
    expect(made).toEqual(['', '', '', '', '', 'QubesValueError: Label already exists: x', 'disp1', 'disp2']);
    expect(await ask('admin.vm.tag.List', 'work')).toBe('a\nb\nc\n');
    expect([await ask('admin.label.Index+x', 'dom0'), await ask('admin.label.Index+y', 'dom0')]).toEqual(['9', '10']);
  });
});

describe('the rest', () => {
  it('tells states and what a qube uses', async () => {
    const state = async () => (await ask('admin.vm.CurrentState', 'work')).split('=').at(-1);
    const seen = [await state()];
    for (const activity of ['starting', 'running', 'paused', 'stopping'] as const) {
      lab.activities.set('work', activity);
      seen.push(await state());
    }
    expect(seen).toEqual(['Halted', 'Transient', 'Running', 'Paused', 'Halting']);
    expect(await ask('admin.vm.CurrentState', 'work')).toBe('mem=1024 mem_static_max=1024 cputime=5000000 power_state=Halting');
    expect(await ask('admin.vm.CurrentState', 'dom0')).toMatch(/^mem=16777216 .* power_state=Running$/);
  });

  it('says why a qube does not start: itself, or what provides its network', async () => {
    lab.failures = [{ node: 'sys-net', message: 'the disk is full', hint: 'make room' }];
    expect(await ask('admin.vm.Start', 'work')).toBe('QubesVMError: sys-net: the disk is full; make room');
    lab.failures = [...lab.failures, { node: 'work', message: 'work got no answer' }];
    expect(await ask('admin.vm.Start', 'work')).toBe('QubesVMError: work got no answer');
  });

  it('measures those that run: all at dom0, or one', async () => {
    lab.activities.set('work', 'running').set('personal', 'paused');
    const measured = async (name: string) => {
      const qube = findQube(lab.view(), name);
      if (qube === undefined) throw new Error(name);
      const told: string[] = [];
      measure(lab, qube, 1000, ({ event, parameters, subject }) => told.push([subject, event, ...parameters.flat()].join(' ')))();
      // What was measured before the end is not told after it.
      expect(told).toEqual([]);
      const stop = measure(lab, qube, 1000, ({ event, parameters, subject }) =>
        told.push([subject, event, ...parameters.flat()].join(' ')),
      );
      await new Promise((resolve) => setImmediate(resolve));
      stop();
      return told;
    };
    const figures = 'vm-stats memory_kb 1024 cpu_time 5 cpu_usage 0 cpu_usage_raw 0';
    expect(await measured('dom0')).toEqual([`personal ${figures}`, `work ${figures}`]);
    expect(await measured('work')).toEqual([`work ${figures}`]);
    expect(await measured('sys-net')).toEqual([]);
  });

  it('has a volume for each qube that nothing can be copied from, one pool, and no devices', async () => {
    expect(await ask('admin.vm.volume.List', 'work')).toBe('root\n');
    expect(await ask('admin.vm.volume.Info+root', 'work')).toMatch(/^pool=weft\n(.*\n)*save_on_stop=False\n/);
    expect(await ask('admin.vm.volume.Info+home', 'work')).toMatch(/^QubesVMInvalidVolumeError/);
    expect(await ask('admin.pool.List', 'dom0')).toBe('weft\n');
    expect(await ask('admin.deviceclass.List', 'dom0')).toBe('block\npci\n');
    expect(await ask('admin.vm.device.pci.Available', 'dom0')).toBe('');
    expect(await ask('admin.vmclass.List', 'dom0')).toContain('TemplateVM\n');
    expect(await ask('admin.vm.Console', 'work')).toMatch(/^QubesVMNotRunningError/);
    await ask('admin.vm.Start', 'work');
    expect(await ask('admin.vm.Console', 'work')).toMatch(/^QubesException: .*weft console work/);
  });

  it('takes names that only files have, and no hub for a qube', async () => {
    lab = memoryLab();
    lab.topology = { ...lab.topology, nodes: [...lab.topology.nodes, memoryNode(`0-${'a'.repeat(40)}`)] };
    await lab.change([]);
    expect(await ask('admin.vm.property.Get+klass', `0-${'a'.repeat(40)}`)).toBe('default=True type=str AppVM');
    expect(await ask('admin.vm.List', 'hub1')).toBe("QubesVMNotFoundError: No such domain: 'hub1'");
    expect(await ask('admin.vm.List', 'host')).toBe("QubesVMNotFoundError: No such domain: 'host'");
  });
});
