import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attachedMac, attachedName } from '../../src/address/attached-name.ts';
import { eventually } from '../support/lab-command.ts';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { type Holder, holderLacks, noQemu } from '../support/lab-holder.ts';
import { processesOf } from '../support/lab-snapshot.ts';

const sample = readFileSync(join(import.meta.dirname, '../keyfiles/F.nmconnection'), 'utf8');
const keyfiles = 'rw/config/NM-system-connections';
const forced = '12:34:56:78:90:ab';
const long = 'workstation-behind-the-wall';

/** Namespaces B, F, G and one of a long name; guests VB and VF. `feature` is what the file says of B. */
const topology = (feature?: string) => `graph attach {
  node [shape=record];
  qn_template="namespace";
  B${feature === undefined ? '' : ` ["feature.attach-network-to"="${feature}"]`};
  F; G; "${long}";
  VB [qn_template="small", qn_mem="128M"];
  VF [qn_template="small", qn_mem="128M"];
}
`;

const skip = (what: string, reason: string | undefined) => {
  if (reason !== undefined) process.stdout.write(`skipped: ${what}: ${reason}\n`);
  return reason !== undefined;
};

/** The lab of the add-on's documentation, and what its nodes see. */
class AttachLab {
  readonly weft: LabFixture;
  readonly directory: string;

  constructor(weft: LabFixture) {
    this.weft = weft;
    this.directory = weft.write({
      'lab/topology.dot.in': topology(),
      [`lab/B.d/${keyfiles}/F.nmconnection`]: sample,
      [`lab/VB.d/${keyfiles}/F.nmconnection`]: sample,
    });
  }

  /** A node that stands still by mistake answers nothing: that is told long before the patience of a lab is at its end. */
  async ok(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.weft.run(['weft', ...words], { directory: this.directory, deadline: 60 });
    if (code !== 0) throw new Error(`weft ${words.join(' ')}: exit code ${code}\n${stdout}\n${stderr}`);
    return stdout;
  }

  set(backend: string, value: string): Promise<string> {
    return this.ok('features', backend, 'attach-network-to', value);
  }

  unset(backend: string): Promise<string> {
    return this.ok('features', '--unset', backend, 'attach-network-to');
  }

  /** Interfaces of a node and their MACs, as it sees them. */
  async sees(node: string): Promise<Record<string, string>> {
    const text = await this.ok('exec', node, '--', 'ip', '-br', 'link');
    return Object.fromEntries(
      text
        .trim()
        .split('\n')
        .map((line) => line.split(/ +/))
        .filter(([name]) => name !== 'lo')
        .map(([name = '', , mac = '']) => [name.replace(/@.*/, ''), mac]),
    );
  }

  /** Both ends are there: an interface named after the frontend, and its first ethN with the MAC. */
  async isAttached(backend: string, frontend: string, mac: string = attachedMac(backend, frontend, 'frontend')): Promise<void> {
    expect(await this.sees(backend)).toEqual({ [frontend]: attachedMac(backend, frontend, 'backend') });
    expect(await this.sees(frontend)).toEqual({ eth0: mac });
  }

  async hasNone(...nodes: string[]): Promise<void> {
    for (const node of nodes) expect({ node, sees: await this.sees(node) }).toEqual({ node, sees: {} });
  }

  /** SIGKILL; resolves once the lab has noticed. */
  async kill(node: string): Promise<void> {
    const found = (await this.weft.status(this.directory)).nodes.find(({ name }) => name === node);
    if (found?.pid === undefined) throw new Error(`${node} does not run`);
    process.kill(found.pid, 'SIGKILL');
    await eventually(async () => (await this.ok('status')).match(new RegExp(`^${node} .*lost`, 'm')), `${node} to be lost`);
  }

  killEngine(): void {
    for (const { pid, words } of processesOf(this.weft.folder)) if (words.includes('engine.cjs')) process.kill(pid, 'SIGKILL');
  }

  /** Exactly what the sample keyfile asks for. */
  async isAsTheSampleSays(node: string): Promise<void> {
    const addresses = await this.ok('exec', node, '--', 'ip', '-br', '-4', 'address', 'show', 'dev', 'F');
    expect(addresses.trim().split(/ +/).slice(2)).toEqual(['10.250.9.26/30']);
    const routes = await this.ok('exec', node, '--', 'ip', 'route', 'show', 'dev', 'F');
    const told = routes
      .trim()
      .split('\n')
      .map((line) => line.replace(/ (proto|scope|src|onlink|linkdown)( (static|kernel|link|10\.\S+))?/g, '').trim());
    expect(told.sort()).toEqual([
      '10.250.0.0/20 via 127.0.0.1 metric 1000',
      '10.250.8.0/24 via 10.250.9.25 metric 1',
      '10.250.9.24/30',
      'default via 10.250.9.25 metric 101',
    ]);
  }
}

const guests = (...nodes: string[]) => nodes.some((node) => node.startsWith('V'));

describe.each<Holder>(['root', 'user', 'user with tun'])('attach-network-to, as %s', (holder) => {
  describe.skipIf(skip(`attach-network-to as ${holder}`, noQemu ?? holderLacks(holder)))('(guests)', () => {
    let lab: AttachLab;

    beforeAll(async () => {
      lab = new AttachLab(await labFixture(holder));
      await lab.ok('up');
    });

    afterAll(() => lab.weft.end());

    const pairs: Partial<Record<Holder, string[][]>> = {
      root: [
        ['B', 'F'],
        ['B', 'VF'],
        ['VB', 'VF'],
      ],
      user: [['VB', 'VF']],
      'user with tun': [['VB', 'F']],
    };

    describe.each(pairs[holder] ?? [])('of %s to %s', (backend = '', frontend = '') => {
      afterAll(async () => {
        await lab.unset(backend);
        await lab.hasNone(backend, frontend);
      });

      it('appears in both when it is set while both run, and with another MAC when that changes', async () => {
        await lab.hasNone(backend, frontend);
        await lab.set(backend, frontend);
        await lab.isAttached(backend, frontend);
        if (frontend === 'F') await lab.isAsTheSampleSays(backend);
        await lab.set(backend, `${frontend} frontend_mac=${forced}`);
        await lab.isAttached(backend, frontend, forced);
        if (frontend === 'F') await lab.isAsTheSampleSays(backend);
        await lab.set(backend, `\n${frontend} frontend_mac=${forced.toUpperCase()}\n`);
        await lab.isAttached(backend, frontend, forced);
      });

      it('goes from both when it is unset', async () => {
        await lab.unset(backend);
        await lab.hasNone(backend, frontend);
      });

      it.each([
        ['backend', backend, frontend],
        ['frontend', frontend, backend],
      ])('waits for the %s to go on when it is set while that stands still', async (_, still, other) => {
        await lab.unset(backend);
        await lab.ok('pause', still);
        await lab.set(backend, frontend);
        await lab.hasNone(other);
        await lab.ok('unpause', still);
        await lab.isAttached(backend, frontend);
      });

      it.each([
        ['backend', backend, frontend],
        ['frontend', frontend, backend],
      ])('stays while the %s stands still, and goes at once when it is unset then', async (_, still, other) => {
        await lab.set(backend, frontend);
        await lab.ok('pause', still);
        expect(Object.keys(await lab.sees(other))).toEqual([other === backend ? frontend : 'eth0']);
        await lab.unset(backend);
        await lab.hasNone(other);
        await lab.ok('unpause', still);
        await eventually(async () => Object.keys(await lab.sees(still)).length === 0, `the interface in ${still} to go`);
        await lab.hasNone(backend, frontend);
        await lab.set(backend, frontend);
        await lab.isAttached(backend, frontend);
      });

      it('is made again after a kill -9 of either, and goes from the other in between', async () => {
        await lab.set(backend, frontend);
        for (const [killed, other] of [
          [frontend, backend],
          [backend, frontend],
        ] as const) {
          await lab.kill(killed);
          await eventually(async () => Object.keys(await lab.sees(other)).length === 0, `the interface in ${other} to go`);
          await lab.ok('start', '--wait', killed);
          await lab.isAttached(backend, frontend);
        }
      });

      it.runIf(holder === 'root' || !guests(backend, frontend))(
        'is made in either order of starts, and goes from the frontend when the backend stops',
        async () => {
          await lab.set(backend, frontend);
          await lab.ok('stop', backend);
          await lab.hasNone(frontend);
          await lab.ok('stop', frontend);
          await lab.ok('start', '--wait', frontend);
          await lab.hasNone(frontend);
          await lab.ok('start', '--wait', backend);
          await lab.isAttached(backend, frontend);
          if (guests(backend, frontend)) return;
          await lab.ok('stop', frontend);
          await lab.hasNone(backend);
          await lab.ok('stop', backend);
          await lab.ok('start', '--wait', backend);
          await lab.hasNone(backend);
          await lab.ok('start', '--wait', frontend);
          await lab.isAttached(backend, frontend);
        },
      );

      it('is neither doubled nor lost when the engine is killed at any time', async () => {
        await lab.set(backend, frontend);
        lab.killEngine();
        await lab.isAttached(backend, frontend);
        lab.killEngine();
        await lab.unset(backend);
        await lab.hasNone(backend, frontend);
        for (const delay of guests(backend, frontend) ? [100] : [0, 20, 40]) {
          const setting = lab.weft.weft(lab.directory, 'features', backend, 'attach-network-to', frontend);
          await new Promise((resolve) => setTimeout(resolve, delay));
          lab.killEngine();
          await setting;
          await lab.set(backend, frontend);
          // Two engines may have begun to name the same interface in a guest.
          await eventually(async () => {
            await lab.isAttached(backend, frontend);
            return true;
          }, 'one link');
          const unsetting = lab.weft.weft(lab.directory, 'features', '--unset', backend, 'attach-network-to');
          await new Promise((resolve) => setTimeout(resolve, delay));
          lab.killEngine();
          await unsetting;
          await lab.unset(backend);
          await lab.hasNone(backend, frontend);
        }
      });
    });

    it('takes three frontends, one of a name that no interface can have', async () => {
      await lab.set('B', `F\nG frontend_mac=${forced}\n${long}`);
      const short = attachedName(long, () => false);
      expect(short).toMatch(/^workstat~[0-9a-z]{6}$/);
      expect(Object.keys(await lab.sees('B')).sort()).toEqual(['F', 'G', short].sort());
      expect(await lab.sees('F')).toEqual({ eth0: attachedMac('B', 'F', 'frontend') });
      expect(await lab.sees('G')).toEqual({ eth0: forced });
      expect(await lab.sees(long)).toEqual({ eth0: attachedMac('B', long, 'frontend') });
      await lab.set('B', `${long}\nF`);
      expect(Object.keys(await lab.sees('B')).sort()).toEqual(['F', short].sort());
      await lab.hasNone('G');
    });

    it('gives a frontend of two backends the next free name', async () => {
      await lab.set('G', 'F');
      expect(await lab.sees('F')).toEqual({
        eth0: attachedMac('B', 'F', 'frontend'),
        eth1: attachedMac('G', 'F', 'frontend'),
      });
      await lab.unset('B');
      expect(await lab.sees('F')).toEqual({ eth1: attachedMac('G', 'F', 'frontend') });
      await lab.unset('G');
      await lab.hasNone('B', 'F', 'G', long);
    });

    it('refuses malformed lines, names all of them, and changes nothing', async () => {
      await lab.set('B', 'F');
      const value = 'F frontend_mac=1:2\nG mtu=9000\nB\nG\nG';
      const { code, stderr } = await lab.weft.weft(lab.directory, 'features', 'B', 'attach-network-to', value);
      expect(code).toBe(1);
      for (const fault of [
        'line 1: 1:2 is no MAC',
        'line 2: there is no option mtu=9000',
        'line 3: B cannot be',
        'line 5: G is named twice',
      ]) {
        expect(stderr).toContain(fault);
      }
      expect(await lab.ok('features', 'B', 'attach-network-to')).toBe('F\n');
      await lab.isAttached('B', 'F');
      await lab.unset('B');
    });

    it('waits for a frontend that is created and started later', async () => {
      await lab.set('B', 'Late');
      await lab.hasNone('B');
      await lab.ok('create', 'Late', '--namespace');
      await lab.hasNone('B');
      await lab.ok('start', '--wait', 'Late');
      await lab.isAttached('B', 'Late');
      await lab.ok('remove', '--force', 'Late');
      await lab.hasNone('B');
      await lab.unset('B');
    });

    it('is taken from the file as well', async () => {
      const apply = async (feature?: string) => {
        lab.weft.write({ 'lab/topology.dot.in': topology(feature) });
        await lab.ok('apply', '--discard');
      };
      await apply(`F frontend_mac=${forced}\\nG`);
      expect(Object.keys(await lab.sees('B')).sort()).toEqual(['F', 'G']);
      expect(await lab.sees('F')).toEqual({ eth0: forced });
      expect(await lab.sees('G')).toEqual({ eth0: attachedMac('B', 'G', 'frontend') });
      await apply('F\n  G');
      expect(await lab.sees('F')).toEqual({ eth0: attachedMac('B', 'F', 'frontend') });
      expect(await lab.ok('apply')).toBe('');
      await apply();
      await lab.hasNone('B', 'F', 'G');
    });

    it('that is malformed in the file is told at its place, and nothing is done', async () => {
      lab.weft.write({ 'lab/topology.dot.in': topology('F\\nG frontend_mac=1:2') });
      const { code, stderr } = await lab.weft.weft(lab.directory, 'apply');
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringContaining('topology.dot.in:4:40: error: attach-network-to: 1:2'),
      });
      await lab.hasNone('B', 'F', 'G');
    });
  });
});
