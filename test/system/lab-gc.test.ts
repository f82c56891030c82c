import { randomBytes } from 'node:crypto';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Leftover } from '../../src/api/labs.ts';
import { runCommand } from '../support/lab-command.ts';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { type Holder, holderLacks } from '../support/lab-holder.ts';
import { processesOf } from '../support/lab-snapshot.ts';

const tap = `wlg${randomBytes(3).toString('hex')}`;
const environment = { PATH: process.env['PATH'] ?? '' };

const graph = (name: string) => `graph ${name} {
  node [shape=record];
  qn_template="namespace";
  a:eth0 -- b:eth0 [qn_tailip="10.1.0.1/24", qn_headip="10.1.0.2/24"];
}`;

const made = async (...argv: readonly string[]) => expect(await runCommand(argv, { environment })).toMatchObject({ code: 0 });

describe.each<Holder>(['root', 'user'])('cleaning up, as %s', (holder) => {
  const lacks = holderLacks(holder);
  if (lacks !== undefined) process.stdout.write(`skipped: cleaning up as ${holder}: ${lacks}\n`);

  describe.skipIf(lacks !== undefined)('(gc)', () => {
    let weft: LabFixture;
    let gone: string;
    let living: string;
    let livingBefore: unknown;

    const state = (name: string) => `${weft.folder}/state/weft/${name}`;
    const run = (name: string) => `${weft.folder}/run/weft/${name}`;
    const anchor = () => Number(readFileSync(run('gone/anchor'), 'utf8'));
    const killed = (...words: readonly string[]) => {
      for (const found of processesOf(weft.folder)) {
        if (found.environment.includes('WEFT_LAB=gone') && words.some((word) => found.words.includes(word))) end(found.pid);
      }
    };
    // The cache is the fixture's own: images of the machine are not to go.
    const gc = async (...words: readonly string[]) => {
      const { code, stdout, stderr } = await weft.run(['weft', 'gc', '--json', ...words], {
        environment: { XDG_CACHE_HOME: `${weft.folder}/own-cache` },
      });
      expect({ code, stderr }).toMatchObject({ code: 0 });
      return JSON.parse(stdout) as readonly Leftover[];
    };
    const kindsOf = (found: readonly Leftover[]) => [...new Set(found.map(({ kind }) => kind))].sort();

    beforeAll(async () => {
      weft = await labFixture(holder);
      gone = weft.write({ 'gone/topology.dot.in': graph('gone') });
      living = weft.write({ 'living/topology.dot.in': graph('living') });
      await weft.ok(living, 'up');
      livingBefore = await weft.status(living);
    });
    afterAll(() => weft.end());

    beforeEach(() => weft.ok(gone, 'up'));

    afterEach(async () => {
      expect(await gc()).toEqual([]);
      expect(processesOf(weft.folder).filter((found) => found.environment.includes('WEFT_LAB=gone'))).toEqual([]);
      expect(readdirSync(`${weft.folder}/run/weft`).filter((name) => name.startsWith('gone'))).toEqual([]);
      expect(readdirSync(`${weft.folder}/state/weft`).filter((name) => name.includes('gone'))).toEqual([]);
      expect(readdirSync(gone).filter((name) => /\.pid$|\.new$/.test(name))).toEqual([]);
      expect((await runCommand(['ip', 'link', 'show', tap], { environment })).code).not.toBe(0);
      expect(await weft.status(living)).toEqual(livingBefore);
      await weft.pings(living, 'a', '10.1.0.2');
    });

    it.each<[string, () => void]>([
      ['the anchor', () => process.kill(anchor(), 'SIGKILL')],
      [
        'anchor, then engine and worker',
        () => {
          process.kill(anchor(), 'SIGKILL');
          killed('engine.cjs', 'kernel-worker');
        },
      ],
      [
        'engine, then anchor',
        () => {
          killed('engine.cjs');
          process.kill(anchor(), 'SIGKILL');
        },
      ],
    ])('removes what is left after a kill of %s, and says so', async (_what, kill) => {
      kill();
      const planned = await gc('--dry-run');
      expect(await gc('--dry-run')).toEqual(planned);
      expect(existsSync(state('gone.json'))).toBe(true);
      const found = await gc();
      expect(kindsOf(found)).toEqual(expect.arrayContaining(['document', 'file', 'lock', 'runtime folder']));
      expect(found.map(({ what }) => what)).toEqual(expect.arrayContaining([state('gone.json'), run('gone'), `${gone}/a.pid`]));
      expect(new Set(found.map(({ lab }) => lab))).toEqual(new Set(['gone']));
    });

    it('removes what is left after a reboot: documents without runtime folders', async () => {
      process.kill(anchor(), 'SIGKILL');
      rmSync(run('gone'), { recursive: true });
      rmSync(run('gone.lock'), { force: true });
      expect(kindsOf(await gc())).toEqual(['document', 'file']);
    });

    it.runIf(holder === 'root')(
      'removes interfaces of the machine with the mark of a lab that is gone, and no others',
      async () => {
        process.kill(anchor(), 'SIGKILL');
        const others = [`${tap}a`, `${tap}b`];
        for (const [name, alias] of [
          [tap, `weft gone host:${tap} -- a:out`],
          [others[0], `weft living host:${others[0]} -- a:out`],
          [others[1], 'of somebody else'],
        ] as const) {
          await made('ip', 'tuntap', 'add', 'dev', name ?? '', 'mode', 'tap');
          await made('ip', 'link', 'set', 'dev', name ?? '', 'alias', alias);
        }
        try {
          expect((await gc()).filter(({ kind }) => kind === 'interface').map(({ what }) => what)).toEqual([tap]);
          for (const name of others) await made('ip', 'link', 'show', name);
        } finally {
          for (const name of others) await made('ip', 'link', 'delete', 'dev', name);
        }
      },
    );

    it('removes runtime folders whose document is gone', async () => {
      process.kill(anchor(), 'SIGKILL');
      rmSync(state('gone.json'));
      const pids = readdirSync(gone).filter((name) => name.endsWith('.pid'));
      expect(kindsOf(await gc())).toEqual(expect.arrayContaining(['lock', 'runtime folder']));
      for (const name of pids) rmSync(`${gone}/${name}`);
    });

    it('removes documents that cannot be read, and halves of documents that are older than a minute', async () => {
      process.kill(anchor(), 'SIGKILL');
      writeFileSync(state('gone.json'), readFileSync(state('gone.json'), 'utf8').slice(0, 300));
      writeFileSync(state('gone.json.unreadable'), '{');
      writeFileSync(state('.living.json.7.7.new'), '{');
      writeFileSync(state('.living.json.8.8.new'), '{');
      utimesSync(state('.living.json.7.7.new'), 1, 1);
      const paths = (await gc()).map(({ what }) => what);
      expect(paths).toEqual(
        expect.arrayContaining([state('gone.json'), state('gone.json.unreadable'), state('.living.json.7.7.new')]),
      );
      expect(existsSync(state('.living.json.8.8.new'))).toBe(true);
      rmSync(state('.living.json.8.8.new'));
    });

    it('says that commands had changed the topology whose document goes', async () => {
      await weft.ok(gone, 'link', 'a', 'eth0', 'off');
      process.kill(anchor(), 'SIGKILL');
      const document = (await gc()).find(({ what }) => what === state('gone.json'));
      expect(document?.reason).toContain('commands had changed');
    });

    it('removes images that nothing uses, and leaves the current one, one in use and what is not an image', async () => {
      process.kill(anchor(), 'SIGKILL');
      const store = `${weft.folder}/own-cache/weft/images`;
      const names = {
        current: '0000000000000001',
        old: '0000000000000002',
        used: '0000000000000003',
        building: '0000000000000004',
      };
      for (const name of [...Object.values(names), 'mine']) {
        mkdirSync(`${store}/${name}`, { recursive: true });
        if (name !== names.building) writeFileSync(`${store}/${name}/recipe.json`, '{}');
        utimesSync(`${store}/${name}`, Date.now() / 1000 - 600, Date.now() / 1000 - 600);
      }
      symlinkSync(names.current, `${store}/small`);
      await runCommand(['chown', '-R', String(weft.uid), `${weft.folder}/own-cache`], { environment });
      const opened = openSync(`${store}/${names.used}/recipe.json`, 'r');
      try {
        const images = (await gc()).filter(({ kind }) => kind === 'image');
        // An ordinary user does not see what root has open, but root's test process names the file, too.
        expect(images.map(({ what }) => what)).toEqual(
          holder === 'root' ? [`${store}/${names.old}`] : [`${store}/${names.old}`, `${store}/${names.used}`],
        );
        expect(readdirSync(store)).toEqual(
          [names.current, ...(holder === 'root' ? [names.used] : []), names.building, 'mine', 'small'].sort(),
        );
      } finally {
        closeSync(opened);
        rmSync(`${weft.folder}/own-cache`, { recursive: true });
      }
    });

    it('touches nothing that is not proven to be of a lab that is gone', async () => {
      process.kill(anchor(), 'SIGKILL');
      const bystander = weft.terminal(
        living,
        `env WEFT_LAB=gone WEFT_RUNTIME=/somewhere/else sh -c 'echo here; exec sleep 1000'`,
      );
      await bystander.shows(/here/);
      cpSync(`${gone}/topology.dot`, `${gone}/kept.pid`);
      await gc();
      expect(processesOf('/somewhere/else').filter(({ words }) => words === 'sleep 1000').length).toBe(1);
      expect(existsSync(`${gone}/kept.pid`)).toBe(true);
      rmSync(`${gone}/kept.pid`);
      bystander.close();
    });
  });
});

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It went with its anchor.
  }
}
