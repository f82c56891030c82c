import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../support/lab-command.ts';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { processesOf } from '../support/lab-snapshot.ts';

const lab = `graph survival {
  node [shape=record];
  qn_template="namespace";
  a:eth0 -- b:eth0 [qn_tailip="10.1.0.1/24", qn_headip="10.1.0.2/24"];
}`;

const noRoot = process.getuid?.() === 0 ? undefined : 'only root can mount a tiny file system';
if (noRoot !== undefined) process.stdout.write(`skipped: a full disk: ${noRoot}\n`);

const environment = { PATH: process.env['PATH'] ?? '' };

describe.skipIf(noRoot !== undefined)('the document of a lab', () => {
  let weft: LabFixture;
  let directory: string;
  let document: string;

  beforeAll(async () => {
    weft = await labFixture();
    directory = weft.write({ 'survival/topology.dot.in': lab });
    document = `${weft.folder}/state/weft/survival.json`;
    await runCommand(['mount', '-t', 'tmpfs', '-o', 'size=64k,mode=700', 'tiny', `${weft.folder}/state`], { environment });
  });

  afterAll(async () => {
    empty();
    await weft.ok(directory, 'down', '--all');
    await runCommand(['umount', `${weft.folder}/state`], { environment });
    await weft.end();
  });

  const filler = () => `${weft.folder}/state/filler`;
  const empty = () => rmSync(filler(), { force: true });
  const fill = () => {
    let size = 64 * 1024;
    for (; size > 0; size -= 4096) {
      try {
        writeFileSync(filler(), Buffer.alloc(size));
        return;
      } catch {
        empty();
      }
    }
  };
  const states = async () =>
    Object.fromEntries((await weft.status(directory)).nodes.map(({ name, state, pid }) => [name, { state, pid }]));
  const description = (node: string) => readFileSync(`${directory}/${node}.yaml`, 'utf8');
  const killEngine = () => {
    for (const { pid, words } of processesOf(weft.folder)) if (words.includes('engine.cjs')) process.kill(pid, 'SIGKILL');
  };
  const refused = { code: 1, stderr: expect.stringContaining('no space left') };

  it('leaves nothing of a lab whose first start finds the disk full, and says what to do', async () => {
    fill();
    const { code, stderr } = await weft.weft(directory, 'up');
    expect({ code, stderr }).toEqual(refused);
    expect(stderr).toContain(`${weft.folder}/state/weft`);
    expect(stderr).toContain('free some space');
    empty();
    expect(processesOf(weft.folder)).toEqual([]);
    expect(await weft.ok(directory, 'status', '--all')).toBe('');
  });

  it('keeps what was acknowledged when the disk is full, and changes nothing', async () => {
    await weft.ok(directory, 'up');
    const [before, text, described] = [await states(), readFileSync(document, 'utf8'), description('a')];
    fill();
    for (const change of [
      ['stop', 'b'],
      ['link', 'a', 'eth0', 'off'],
      ['attach', 'a:eth1', 'b:eth1'],
    ]) {
      const { code, stderr } = await weft.weft(directory, ...change);
      expect({ code, stderr }).toEqual(refused);
      expect(stderr).toContain(document);
    }
    expect(await states()).toEqual(before);
    expect(description('a')).toBe(described);
    await weft.pings(directory, 'a', '10.1.0.2');
    killEngine();
    expect(await states()).toEqual(before);
    expect(readFileSync(document, 'utf8')).toBe(text);
    await weft.pings(directory, 'a', '10.1.0.2');
    empty();
    await weft.ok(directory, 'stop', 'b');
    expect((await states())['b']?.state).toBe('stopped');
    await weft.ok(directory, 'start', 'b');
  });

  it('counts where an engine was killed that had written the files of nodes for another', async () => {
    const before = description('a');
    killEngine();
    writeFileSync(`${weft.folder}/run/weft/survival/files-ahead`, 'a\nnew');
    writeFileSync(`${directory}/a.yaml`, 'ahead');
    writeFileSync(`${directory}/new.yaml`, 'ahead');
    await states();
    expect(description('a')).toBe(before);
    expect(existsSync(`${directory}/new.yaml`)).toBe(false);
  });

  it.each([
    ['torn', () => truncateSync(document, 40), 'torn'],
    ['of a newer weft', () => writeFileSync(document, '{"version":1000}'), 'version 1000'],
  ])('that is %s is told by status, which shows what runs; up takes it over', async (_what, spoil, reason) => {
    const before = await states();
    killEngine();
    spoil();
    const spoilt = readFileSync(document, 'utf8');
    const { code, stdout, stderr } = await weft.weft(directory, 'status', '-n', 'survival');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(reason) });
    expect(stderr).toContain(`${document} cannot be read`);
    for (const [name, { pid }] of Object.entries(before)) expect(stdout).toMatch(new RegExp(`^${name} .*running +${pid}`, 'm'));
    expect(readFileSync(document, 'utf8')).toBe(spoilt);
    await weft.ok(directory, 'up', '-n', 'survival');
    expect(await states()).toEqual(before);
    expect(readFileSync(`${document}.unreadable`, 'utf8')).toBe(spoilt);
    await weft.pings(directory, 'a', '10.1.0.2');
  });

  it('that is gone is missed by plan, which says what to do; apply takes over what runs', async () => {
    const before = await states();
    killEngine();
    rmSync(document);
    const plan = await weft.weft(directory, 'plan');
    expect(plan).toMatchObject({ code: 4, stderr: expect.stringContaining('its document is lost') });
    expect(plan.stderr).toContain('weft up reads the topology again');
    const capture = await weft.weft(directory, 'capture', '--all', '-w', '-');
    expect(capture).toMatchObject({ code: 4, stderr: expect.stringContaining('its document is lost') });
    await weft.ok(directory, 'apply');
    expect(await states()).toEqual(before);
    await weft.pings(directory, 'a', '10.1.0.2');
  });

  it('that is torn is told by status when nothing runs', async () => {
    process.kill(Number(readFileSync(`${weft.folder}/run/weft/survival/anchor`, 'utf8')), 'SIGKILL');
    truncateSync(document, 300);
    const { code, stdout, stderr } = await weft.weft(directory, 'status');
    expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: expect.stringMatching(/^a .*stopped/m) });
    expect(stderr).toContain(`${document} cannot be read`);
    await weft.ok(directory, 'down');
    await weft.ok(directory, 'status', '--all');
    expect(processesOf(weft.folder)).toEqual([]);
  });
});
