import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/lab-command.ts';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { noQemu } from '../support/lab-holder.ts';

const topology = `graph talk {
  node [shape=record];
  a [label="a", qn_template="small"];
  n [label="n", qn_template="namespace"];
  a:eth0 -- n:eth0 [qn_tailip="10.0.0.1/24", qn_headip="10.0.0.2/24"];
}`;

if (noQemu !== undefined) process.stdout.write(`skipped: consoles and commands: ${noQemu}\n`);

describe.skipIf(noQemu !== undefined)('consoles and commands in nodes', () => {
  let weft: LabFixture;
  let directory: string;

  beforeAll(async () => {
    weft = await labFixture();
    // A directory as people name them: sh and QEMU options must take it.
    directory = weft.write({ "it's a lab, too/topology.dot.in": topology });
    await weft.ok(directory, 'up');
  });

  afterAll(() => weft.end());

  it('show one console to several viewers at once', async () => {
    const first = weft.terminal(directory, 'weft console a');
    const second = weft.terminal(directory, 'weft console a');
    await first.ask('', /# $/);
    await second.shows(/# $/);
    const from = second.text.length;
    await first.ask('echo seen-by-$((40 + 2))', /\nseen-by-42/);
    await second.shows(/\nseen-by-42/, from);
    for (const terminal of [first, second]) {
      terminal.type('\x1d');
      await terminal.shows(/weft> $/);
      terminal.type('q\r');
      expect(await terminal.ended()).toBe(0);
    }
  });

  it('go back to the console from an empty line at the prompt', async () => {
    const terminal = weft.terminal(directory, 'weft console a');
    await terminal.ask('', /# $/);
    terminal.type('\x1d');
    await terminal.shows(/weft> $/);
    terminal.type('\r');
    await terminal.ask('echo still-$((40 + 2))', /\nstill-42/);
    terminal.type('\x1dq\r');
    expect(await terminal.ended()).toBe(0);
  });

  it('keep what a console printed, and show it to the next viewer', async () => {
    await weft.ok(directory, 'console', 'a', '--', 'echo', 'kept for later');
    expect(readFileSync(`${directory}/a.console.log`, 'utf8')).toContain('\nkept for later');
    const terminal = weft.terminal(directory, 'weft console a');
    await terminal.shows(/kept for later/);
    terminal.type('\x1dq\r');
    await terminal.ended();
  });

  it('run a command on a console and end with its code', async () => {
    const found = await weft.weft(directory, 'console', 'a', '--', 'sh', '-c', 'echo "two  words"; exit 7');
    expect(found).toEqual({ code: 7, stdout: 'two  words\n', stderr: '' });
    const many = await weft.ok(directory, 'console', 'a', '--', 'seq', '1', '100');
    expect(many).toBe(Array.from({ length: 100 }, (_, at) => `${at + 1}\n`).join(''));
  });

  it('type the lines of standard input on a console', async () => {
    const { code, stdout } = await weft.run(['weft', 'console', 'a'], {
      directory,
      input: 'echo typed-$((40 + 2))\n',
      deadline: 60,
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/typed-42/) });
  });

  it.each(['a', 'n'])('keep output, error output and exit code of a command in %s apart', async (node) => {
    const { code, stdout, stderr } = await weft.weft(directory, 'exec', node, '--', 'sh', '-c', 'echo out; echo err >&2; exit 3');
    expect({ code, stdout, stderr }).toEqual({ code: 3, stdout: 'out\n', stderr: 'err\n' });
    expect((await weft.weft(directory, 'exec', node, '--', 'sh', '-c', 'kill -9 $$')).code).toBe(137);
    expect((await weft.weft(directory, 'exec', node, 'no-such-program')).code).not.toBe(0);
  });

  it.each(['a', 'n'])('give a command in %s standard input, and take long output', async (node) => {
    const input = 'line of input\n'.repeat(20_000);
    const sum = await weft.run(['weft', 'exec', '--stdin', node, '--', 'wc', '-c'], { directory, input, deadline: 60 });
    expect({ code: sum.code, stdout: sum.stdout.trim(), stderr: sum.stderr }).toEqual({
      code: 0,
      stdout: `${input.length}`,
      stderr: '',
    });
    const long = await weft.ok(directory, 'exec', node, '--', 'seq', '1', '100000');
    expect(long.length).toBe(588_895);
  });

  it('run a command in every node', async () => {
    const { code, stdout } = await weft.weft(directory, 'exec', '--all', '--', 'ip', '-br', 'address', 'show', 'dev', 'eth0');
    expect(code).toBe(0);
    expect(stdout).toMatch(/10\.0\.0\.1\/24[\s\S]*10\.0\.0\.2\/24/);
  });

  it('answer many commands at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, at) => weft.ok(directory, 'exec', at % 2 === 0 ? 'a' : 'n', '--', 'echo', `${at}`)),
    );
    expect(answers).toEqual(answers.map((_, at) => `${at}\n`));
  });

  it.each(['/bin/bash', '/bin/sh'])('open the shell %s in a namespace', async (shell) => {
    const terminal = weft.terminal(directory, `SHELL=${shell} weft shell n`);
    await terminal.ask('ip -br address show dev eth0; hostname', /10\.0\.0\.2\/24[\s\S]*\nn\n/);
    terminal.type('exit 5\n');
    expect(await terminal.ended()).toBe(5);
  });

  it('reach the monitor', async () => {
    const { stdout } = await weft.run(['weft', 'monitor', 'a'], { directory, input: 'info network\n', deadline: 30 });
    expect(stdout).toMatch(/eth0/);
  });

  it('print JSON that parses', async () => {
    const listings = [['status'], ['status', '--all'], ['status', '--ports'], ['check'], ['image'], ['doctor']];
    for (const words of listings) {
      const { stdout } = await weft.weft(directory, ...words, '--json');
      expect(() => JSON.parse(stdout) as unknown, words.join(' ')).not.toThrow();
    }
    expect(JSON.parse(await weft.ok(directory, 'link', 'a', 'eth0', 'off', '--json'))).toMatchObject({ lab: 'talk' });
    expect(JSON.parse(await weft.ok(directory, 'link', 'a', 'eth0', 'on', '--json'))).toMatchObject({ lab: 'talk' });
    expect(JSON.parse(await weft.ok(directory, 'up', '--json'))).toMatchObject({ status: { lab: 'talk' } });
  });

  it('draw the lab with its states', async () => {
    await weft.ok(directory, 'stop', 'n');
    const svg = await weft.ok(directory, 'graph');
    expect(svg).toMatch(/^<\?xml|^<svg/);
    expect(await weft.ok(directory, 'graph', '-T', 'mermaid')).toMatch(/^(---|graph|flowchart)/);
    await weft.ok(directory, 'graph', '-o', 'lab.png');
    expect(readFileSync(`${directory}/lab.png`).subarray(1, 4).toString()).toBe('PNG');
    await weft.ok(directory, 'start', '--wait', 'n');
  });

  it('find a lab by its name from anywhere, and list it', async () => {
    expect(await weft.ok('/', '-n', 'talk', 'exec', 'a', 'hostname')).toBe('a\n');
    expect(await weft.ok('/', 'status', '--all')).toMatch(/^talk /m);
    expect(await weft.ok('/', '-C', directory, 'exec', 'n', '--', 'hostname')).toBe('n\n');
  });

  it('show all that a guest prints, even while the engine has no time to read', async () => {
    const lines = 12_000;
    const engine = (await weft.status(directory)).engine;
    const terminal = weft.terminal(directory, 'weft console a');
    await terminal.ask('', /# $/);
    const log = `${directory}/a.console.log`;
    const from = readFileSync(log, 'utf8').length;
    terminal.type(`sleep 1; i=0; while [ $i -lt ${lines} ]; do echo line-$i; i=$((i+1)); done; echo all-$((40 + 2))\r`);
    await terminal.shows(/sleep 1; i=0/);
    process.kill(engine, 'SIGSTOP');
    try {
      await eventually(() => readFileSync(log, 'utf8').slice(from).includes('all-42'), 'the guest to have printed it all', 120);
    } finally {
      process.kill(engine, 'SIGCONT');
    }
    await terminal.shows(/\nall-42/);
    const shown = [...terminal.text.matchAll(/^line-(\d+)$/gm)].map(([, line]) => Number(line));
    expect(shown).toEqual(Array.from({ length: lines }, (_, line) => line));
    terminal.type('\x1dq\r');
    expect(await terminal.ended()).toBe(0);
  });

  it('close a console when its node stops, and go on where the viewer stays', async () => {
    const terminal = weft.terminal(directory, 'weft console a');
    await terminal.ask('', /# $/);
    await weft.ok(directory, 'restart', 'a');
    await eventually(async () => (await weft.ok(directory, 'status')).match(/^a .* running/m), 'a to run again');
    await terminal.ask('echo again-$((40 + 2))', /\nagain-42/);
    terminal.type('\x1dq\r');
    expect(await terminal.ended()).toBe(0);
  });
});
