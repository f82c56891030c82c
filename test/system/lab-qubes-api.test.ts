import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QubesClient } from '../../src/api/qubes/client/qubes-client.ts';
import type { QubesEvent } from '../../src/api/qubes/wire/event.ts';
import { systemClock } from '../../src/host/clock.ts';
import { systemStreams } from '../../src/host/streams.ts';
import { eventually } from '../support/lab-command.ts';
import { type Holder, holderLacks } from '../support/lab-holder.ts';
import { UplinkLab } from '../support/uplink-lab.ts';

const topology = `graph api {
  qn_default_netvm="sys-firewall";
  node [qn_template="namespace"];
  "sys-net" [qn_netvm="none", qn_provides_network="true"];
  "sys-firewall" [qn_netvm="sys-net", qn_provides_network="true"];
  work;
  personal [qn_netvm="none"];
  vault [qn_netvm="none"];
}`;

/** Its address on its uplink: it is the first node of the file that has one. */
const netAddress = '10.137.0.1';

describe.each<Holder>(['root', 'user'])('the Admin API of a lab, as %s', (holder) => {
  const missing = holderLacks(holder);
  if (missing !== undefined) process.stdout.write(`skipped: the Admin API as ${holder}: ${missing}\n`);

  describe.skipIf(missing !== undefined)('(namespaces)', () => {
    let lab: UplinkLab;
    let qubes: QubesClient;
    let looker: QubesClient;

    beforeAll(async () => {
      lab = await UplinkLab.up(holder, 'api', topology, {});
      const clientOf = (socket: string) =>
        new QubesClient({ connect: () => systemStreams.connectUnix(`${runtime()}/${socket}`), clock: systemClock });
      qubes = clientOf('qubesd.sock');
      looker = clientOf('qubesd-read.sock');
    });
    afterAll(() => lab?.end());

    const runtime = () => `${lab.weft.folder}/run/weft/api`;
    const value = async (qube: string, property: string) => (await qubes.property(qube, property)).value;
    const state = async (qube: string) => (await qubes.currentState(qube)).powerState;
    const portsOf = async (node: string) =>
      [...(await lab.in(node, 'ip -o link')).matchAll(/^\d+: ([^:@]+)/gm)]
        .map(([, name]) => name)
        .filter((name) => name !== 'lo');
    const refusal = (type: string, message?: RegExp) =>
      expect.objectContaining({ type, ...(message === undefined ? {} : { message: expect.stringMatching(message) }) });

    /** What is told while something is done, and until it was told; one line an event. */
    async function toldDuring(work: () => Promise<void>, last: string): Promise<readonly string[]> {
      const lines: string[] = [];
      const enough = Promise.withResolvers<void>();
      const tell = ({ subject, event, parameters }: QubesEvent) => {
        lines.push([subject || '-', event, ...parameters.map(([name, text]) => `${name}=${text}`)].join(' '));
      };
      const following = qubes.follow('dom0', { tell, until: enough.promise });
      await eventually(() => lines.length > 0, 'a connection');
      await work();
      await eventually(() => lines.includes(last), last).catch((failure: unknown) => {
        throw new Error(lines.join('\n'), { cause: failure });
      });
      enough.resolve();
      await following;
      return lines;
    }

    it('shows what weft shows', async () => {
      const { nodes } = await lab.weft.status(lab.directory);
      const listed = await qubes.list();
      const others = [['namespace', 'TemplateVM', 'Halted'], ...nodes.map(({ name }) => [name, 'AppVM', 'Running'])];
      expect(listed.map((qube) => [qube.name, qube.class, qube.state])).toEqual([
        ['dom0', 'AdminVM', 'Running'],
        ...others.sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
      ]);
      for (const { name } of nodes) {
        const properties = await qubes.properties(name);
        const prefs = JSON.parse(await lab.ok('prefs', name, '--json')) as Record<string, string>;
        for (const property of ['qid', 'ip', 'mac', 'visible_gateway', 'netvm']) {
          const expected = prefs[property] === 'None' ? '' : (prefs[property] ?? '');
          expect([name, property, properties.get(property)?.value]).toEqual([name, property, expected]);
        }
      }
      expect((await looker.list()).length).toBe(listed.length);
      const usage = await qubes.currentState('work');
      expect(usage.powerState).toBe('Running');
      expect(usage.mem).toBeGreaterThan(100);
    });

    it('changes what weft sees, and sees what weft changes', async () => {
      await qubes.setProperty('personal', 'label', 'purple');
      await qubes.setProperty('personal', 'memory', '96');
      await qubes.setFeature('personal', 'net.fake-ip', '192.168.1.128');
      await qubes.call('admin.vm.tag.Set', 'personal', { argument: 'mine' });
      await qubes.setFirewall('personal', ['action=drop proto=icmp']);
      const prefs = JSON.parse(await lab.ok('prefs', 'personal', '--json')) as Record<string, string>;
      expect(prefs).toMatchObject({ label: 'purple', mem: '96M', tags: 'mine' });
      expect(await lab.ok('features', 'personal', 'net.fake-ip')).toBe('192.168.1.128\n');
      expect(await lab.ok('firewall', 'personal', '--raw')).toBe('action=drop proto=icmp\n');
      expect(await lab.ok('plan')).toMatch(/node personal: qn_label is purple/);
      expect(await lab.ok('events', '--last', '20', '--no-follow')).toMatch(
        /change personal: qn_label=purple +kept +by admin-api/,
      );

      await lab.ok('features', 'personal', 'f', 'by weft');
      await lab.ok('prefs', 'personal', 'vcpus', '2');
      await lab.ok('firewall', 'personal', 'add', 'accept', 'proto=tcp', 'dstports=80');
      expect(await qubes.feature('personal', 'f')).toBe('by weft');
      expect(await qubes.property('personal', 'vcpus')).toEqual({ type: 'int', isDefault: false, value: '2' });
      expect(await qubes.lines('admin.vm.firewall.Get', 'personal')).toEqual([
        'action=drop proto=icmp',
        'action=accept proto=tcp dstports=80-80',
      ]);
      await lab.ok('features', '--unset', 'personal', 'net.fake-ip');
      expect(await qubes.feature('personal', 'net.fake-ip')).toBeUndefined();
    });

    it('gives links by the feature attach-network-to, and takes them', async () => {
      await qubes.setFeature('vault', 'attach-network-to', 'personal\nnobody\n');
      await eventually(async () => (await portsOf('vault')).includes('personal'), 'an interface named after the frontend');
      expect(await portsOf('personal')).toEqual(['eth0']);
      await lab.in('vault', 'ip address add 192.0.2.1/24 dev personal');
      await lab.in('personal', 'ip address add 192.0.2.2/24 dev eth0');
      await lab.reaches({ reached: { personal: ['192.0.2.1'] } });
      await expect(qubes.setFeature('vault', 'attach-network-to', 'vault\n')).rejects.toEqual(refusal('QubesValueError'));
      expect(await portsOf('vault')).toEqual(['personal']);
      await qubes.call('admin.vm.feature.Remove', 'vault', { argument: 'attach-network-to' });
      await eventually(async () => (await portsOf('vault')).length === 0, 'no interface');
    });

    it('moves an uplink, cuts it and filters what goes through it', async () => {
      await lab.reaches({ reached: { work: [netAddress] } });
      await qubes.setFirewall('work', ['action=accept proto=tcp', 'action=drop']);
      await lab.reaches({ unreached: { work: [netAddress] } });
      await qubes.setFirewall('work', ['action=accept']);
      await lab.reaches({ reached: { work: [netAddress] } });
      const lines = await toldDuring(() => qubes.setProperty('work', 'netvm', 'sys-net'), 'sys-net net-domain-connect vm=work');
      expect(lines.slice(1)).toEqual([
        'work property-pre-set:netvm name=netvm newvalue=sys-net oldvalue=sys-firewall',
        'work property-set:netvm name=netvm newvalue=sys-net oldvalue=sys-firewall',
        'sys-net net-domain-connect vm=work',
      ]);
      expect(await portsOf('sys-net')).toContain('vif3.0');
      expect(await portsOf('sys-firewall')).not.toContain('vif3.0');
      await qubes.setProperty('work', 'netvm', '');
      expect(await portsOf('work')).toEqual([]);
      await qubes.resetProperty('work', 'netvm');
      await lab.reaches({ reached: { work: [netAddress] } });
      await qubes.setProperty('dom0', 'default_netvm', 'sys-net');
      expect(await value('work', 'netvm')).toBe('sys-net');
      expect(await lab.ok('prefs', 'work', 'netvm')).toBe('sys-net\n');
      expect(await lab.ok('plan')).toMatch(/the lab: qn_default_netvm is sys-net/);
      await qubes.resetProperty('dom0', 'default_netvm');
      expect(await value('work', 'netvm')).toBe('');
      await qubes.setProperty('dom0', 'default_netvm', 'sys-firewall');
      expect(await portsOf('work')).toEqual(['eth0']);
    });

    it('refuses what Qubes refuses of uplinks, and changes nothing', async () => {
      const refused = [
        ['work', 'netvm', 'nobody', 'QubesPropertyValueError'],
        ['work', 'netvm', 'personal', 'QubesValueError'],
        ['sys-net', 'netvm', 'sys-firewall', 'QubesValueError'],
        ['sys-firewall', 'provides_network', 'False', 'QubesValueError'],
        ['work', 'ip', 'nowhere', 'QubesValueError'],
      ] as const;
      for (const [qube, property, text, type] of refused) {
        const before = await qubes.property(qube, property);
        await expect(qubes.setProperty(qube, property, text)).rejects.toEqual(refusal(type));
        expect(await qubes.property(qube, property)).toEqual(before);
      }
      await expect(qubes.shutdown('sys-net')).rejects.toEqual(refusal('QubesVMInUseError', /: sys-firewall$/));
      expect(await state('sys-net')).toBe('Running');
    });

    it('tells the whole life of a qube, in the order of Qubes', async () => {
      const live = ['xid', 'stubdom_xid', 'start_time'].map((name) => `x3 property-reset:${name} name=${name}`);
      const lines = await toldDuring(async () => {
        await qubes.create('AppVM', { name: 'x3', label: 'blue', template: 'namespace' });
        await qubes.call('admin.vm.Start', 'x3');
        await qubes.setFeature('x3', 'f', '1');
        await qubes.setProperty('x3', 'netvm', 'sys-net');
        await qubes.call('admin.vm.Pause', 'x3');
        expect(await state('x3')).toBe('Paused');
        await expect(qubes.shutdown('x3')).rejects.toEqual(refusal('QubesVMNotRunningError'));
        await qubes.call('admin.vm.Unpause', 'x3');
        await qubes.shutdown('x3', { wait: true });
        expect(await state('x3')).toBe('Halted');
        await qubes.call('admin.vm.Remove', 'x3');
      }, '- domain-delete vm=x3');
      expect(lines).toEqual([
        '- connection-established',
        '- domain-add vm=x3',
        'x3 domain-tag-add:created-by-dom0 tag=created-by-dom0',
        'x3 domain-create-on-disk',
        'x3 domain-pre-start start_guid=True mem_required=None',
        'x3 domain-pre-spawn start_guid=True',
        ...live,
        'x3 domain-spawn start_guid=True',
        'x3 domain-qdb-create',
        'x3 domain-pre-unpaused',
        'x3 domain-unpaused',
        'x3 domain-start start_guid=True',
        'sys-firewall net-domain-connect vm=x3',
        'x3 domain-feature-pre-set:f feature=f value=1',
        'x3 domain-feature-set:f feature=f value=1',
        'x3 property-pre-set:netvm name=netvm newvalue=sys-net oldvalue=sys-firewall',
        'x3 property-set:netvm name=netvm newvalue=sys-net oldvalue=sys-firewall',
        'sys-net net-domain-connect vm=x3',
        'x3 domain-pre-paused',
        'x3 domain-paused',
        'x3 domain-pre-unpaused',
        'x3 domain-unpaused',
        'x3 domain-pre-shutdown force=False',
        'x3 domain-stopped',
        ...live,
        'x3 domain-shutdown',
        '- domain-pre-delete vm=x3',
        '- domain-delete vm=x3',
      ]);
    });

    it('tells what weft does as well', async () => {
      const lines = await toldDuring(async () => {
        await lab.ok('features', 'vault', 'f', 'x');
        await lab.ok('stop', 'vault');
        await lab.ok('start', '--wait', 'vault');
      }, 'vault domain-start start_guid=True');
      expect(lines).toContain('vault domain-feature-set:f feature=f value=x');
      expect(lines).toContain('vault domain-shutdown');
    });

    it('starts what provides the network first, and pulls it away by force alone', async () => {
      await qubes.shutdown('sys-firewall', { force: true });
      await qubes.call('admin.vm.Kill', 'work');
      expect([await state('sys-firewall'), await state('work')]).toEqual(['Halted', 'Halted']);
      await expect(qubes.shutdown('work')).rejects.toEqual(refusal('QubesVMNotStartedError'));
      await qubes.setFeature('work', 'prohibit-start', 'not today');
      await expect(qubes.call('admin.vm.Start', 'work')).rejects.toEqual(refusal('QubesException', /not today/));
      await qubes.call('admin.vm.feature.Remove', 'work', { argument: 'prohibit-start' });
      await qubes.call('admin.vm.Start', 'work');
      expect([await state('sys-firewall'), await state('work')]).toEqual(['Running', 'Running']);
      await lab.reaches({ reached: { work: [netAddress] } });
    });

    it('takes disposables away when they have ended, by themselves or not', async () => {
      await qubes.setProperty('personal', 'template_for_dispvms', 'True');
      const names = async () => (await qubes.list()).map(({ name }) => name);
      for (const end of ['shutdown', 'crash']) {
        expect(await qubes.callForText('admin.vm.CreateDisposable', 'personal')).toBe('disp1');
        await qubes.call('admin.vm.Start', 'disp1');
        expect(await value('disp1', 'klass')).toBe('DispVM');
        if (end === 'shutdown') await qubes.shutdown('disp1');
        else process.kill(await lab.pidOf('disp1'), 'SIGKILL');
        await eventually(async () => !(await names()).includes('disp1'), 'no disposable');
      }
      expect((await lab.weft.status(lab.directory)).nodes.map(({ name }) => name)).not.toContain('disp1');
    });

    it('measures what runs, again and again', async () => {
      await qubes.setProperty('dom0', 'stats_interval', '1');
      const socket = connect({ path: `${runtime()}/qubesd-read.sock`, allowHalfOpen: true });
      let told = '';
      socket.on('data', (piece: Buffer) => {
        told += piece.toString('latin1');
      });
      socket.end('admin.vm.Stats+ dom0 name dom0\0');
      await eventually(() => told.split('1\0work\0vm-stats\0memory_kb\0').length > 2, 'two measurements of work');
      expect(told.replaceAll('\0', ' ')).toMatch(
        /^1 {2}connection-established {2}1 personal vm-stats memory_kb [1-9]\d* cpu_time \d+ cpu_usage /,
      );
      socket.destroy();
      await qubes.resetProperty('dom0', 'stats_interval');
    });

    it('shows all and changes nothing on the socket for looking', async () => {
      const before = await lab.ok('plan');
      const changing = [
        looker.setProperty('work', 'netvm', ''),
        looker.setFeature('work', 'f', '1'),
        looker.setFirewall('work', ['action=drop']),
        looker.create('AppVM', { name: 'x4', label: 'red', template: 'namespace' }),
        looker.shutdown('work', { force: true }),
        looker.call('admin.vm.Remove', 'work'),
        looker.call('admin.label.Create', 'dom0', { argument: 'teal', payload: '0x00aa99' }),
      ];
      for (const { status, reason } of (await Promise.allSettled(changing)) as PromiseRejectedResult[]) {
        expect([status, reason]).toEqual(['rejected', refusal('QubesReadOnlyError', /for looking only/)]);
      }
      expect(await lab.ok('plan')).toBe(before);
      expect((await looker.properties('work')).get('netvm')?.value).toBe('sys-firewall');
    });

    it('keeps tags, labels and notes over the death of the engine, and follows on', async () => {
      await qubes.call('admin.label.Create', 'dom0', { argument: 'teal', payload: '0x00aa99' });
      await qubes.setProperty('work', 'label', 'teal');
      await qubes.call('admin.vm.tag.Set', 'work', { argument: 'kept' });
      await qubes.call('admin.vm.notes.Set', 'work', { payload: 'two\nlines' });
      await qubes.setFeature('dom0', 'mine', '1');
      expect(await lab.ok('plan')).toMatch(/node host was created/);
      const [before] = await qubes.list('work');
      let connections = 0;
      const enough = Promise.withResolvers<void>();
      const following = qubes.follow('work', {
        tell: ({ event }) => void (event === 'connection-established' && ++connections),
        until: enough.promise,
      });
      await eventually(() => connections === 1, 'a connection');
      lab.killEngine();
      await lab.ok('status');
      await eventually(() => connections === 2, 'another connection');
      enough.resolve();
      await following;
      expect((await qubes.list('work'))[0]).toEqual(before);
      expect(await value('work', 'label')).toBe('teal');
      expect(await qubes.feature('dom0', 'mine')).toBe('1');
      expect(await qubes.hasTag('work', 'kept')).toBe(true);
      expect(await qubes.callForText('admin.vm.notes.Get', 'work')).toBe('two\nlines');
      expect(await qubes.lines('admin.label.List')).toContain('teal');
    });

    // What does not depend on who holds the lab is shown once.
    describe.runIf(holder === 'root')('abused', () => {
      const open = (path = `${runtime()}/qubesd.sock`): Promise<Socket> =>
        new Promise((resolve, reject) => {
          const socket = connect({ path, allowHalfOpen: true });
          socket.once('error', reject);
          socket.once('connect', () => resolve(socket.on('error', () => undefined)));
        });
      const answerTo = async (bytes: Uint8Array | string): Promise<string> => {
        const socket = await open();
        let text = '';
        socket.on('data', (piece: Buffer) => {
          text += piece.toString('latin1');
        });
        socket.once('end', () => socket.end());
        socket.end(bytes);
        await new Promise((resolve) => socket.once('close', resolve));
        return text;
      };

      it('drops what is no request without a byte, and goes on', async () => {
        const wrong = ['', 'admin.vm.List', 'a b c d', 'admin.vm.List+ dom0 uuid dom0\0', '\0'.repeat(100), 'x'.repeat(70_000)];
        expect(await Promise.all(wrong.map(answerTo))).toEqual(wrong.map(() => ''));
        expect(await answerTo('admin.nothing+ dom0 keyword adminvm\0')).toBe(
          "2\0ProtocolError\0\0no such method: 'admin.nothing'\0",
        );
        expect(await state('work')).toBe('Running');
      });

      it('serves others while thousands of connections say nothing', async () => {
        const silent: Socket[] = [];
        for (let rounds = 0; rounds < 30; rounds += 1)
          silent.push(...(await Promise.all(Array.from({ length: 100 }, () => open()))));
        for (const socket of silent) socket.write('admin.vm.List+ dom0');
        expect(await state('work')).toBe('Running');
        await qubes.setFeature('work', 'f', 'meanwhile');
        expect(await lab.ok('features', 'work', 'f')).toBe('meanwhile\n');
        for (const socket of silent) socket.destroy();
      });

      it('drops a follower that does not read, while others hear all', async () => {
        const deaf = await open();
        deaf.pause();
        deaf.end('admin.Events+ dom0 name dom0\0');
        const text = 'x'.repeat(60_000);
        const lines = await toldDuring(async () => {
          for (let at = 0; at < 12; at += 1) await qubes.setFeature('work', 'long', `${at}${text}`);
          await qubes.call('admin.vm.feature.Remove', 'work', { argument: 'long' });
        }, 'work domain-feature-delete:long feature=long');
        expect(lines.filter((line) => line.startsWith('work domain-feature-set:long')).length).toBe(12);
        const ended = new Promise((resolve) => deaf.once('close', resolve));
        let heard = 0;
        deaf.on('data', (piece: Buffer) => {
          heard += piece.length;
        });
        deaf.once('end', () => deaf.end());
        deaf.resume();
        await ended;
        // All would have been nearly three million bytes.
        expect(heard).toBeLessThan(2_000_000);
      });

      it('keeps what many write at once, here and by weft', async () => {
        const names = Array.from({ length: 60 }, (_, at) => `w${at}`);
        const writers = names.map((name) => qubes.setFeature('work', name, name));
        const tags = names.map((tag) => qubes.call('admin.vm.tag.Set', 'vault', { argument: tag }));
        const labels = names
          .slice(0, 5)
          .map((argument) => qubes.call('admin.label.Create', 'dom0', { argument, payload: '0x123456' }));
        const verbs = ['v0', 'v1', 'v2'].map((name) => lab.ok('features', 'work', name, name));
        await Promise.all([...writers, ...tags, ...labels, ...verbs]);
        expect(await qubes.lines('admin.vm.tag.List', 'vault')).toEqual([...names].sort());
        expect(await qubes.lines('admin.label.List')).toEqual(expect.arrayContaining(names.slice(0, 5)));
        const kept = JSON.parse(await lab.ok('features', 'work', '--json')) as Record<string, string>;
        for (const name of [...names, 'v0', 'v1', 'v2']) expect([name, kept[name]]).toEqual([name, name]);
        expect(new Set(await qubes.lines('admin.vm.feature.List', 'work'))).toEqual(new Set(Object.keys(kept)));
      });
    });

    it('has found no mistake of its own', () => {
      expect(readFileSync(`${runtime()}/engine.log`, 'utf8')).not.toMatch(/internal|Warning/);
    });
  });
});
