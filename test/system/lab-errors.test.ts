import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { noQemu } from '../support/lab-holder.ts';
import { filesBelow } from '../support/lab-snapshot.ts';

const lab = (inner: string, name = 'wrong') => `graph ${name} {
  node [shape=record];
  qn_template="namespace";
  server [label="server | { <eth0> eth0 }"];
  client [label="client | { <eth0> eth0 }"];
  server:eth0 -- client:eth0;
  ${inner}
}`;

describe('what goes wrong is said plainly', () => {
  let weft: LabFixture;

  beforeEach(async () => {
    weft = await labFixture();
  });

  afterEach(() => weft.end());

  const write = (text: string) => weft.write({ 'wrong/topology.dot.in': text });
  const refusal = (code: number, text: RegExp) => ({ code, stdout: '', stderr: expect.stringMatching(text) as string });
  const noStack = (stderr: string) => expect(stderr).not.toMatch(/^\s+at /m);

  it('a broken file starts and writes nothing', async () => {
    const directory = write('graph wrong {\n  server:eth0 -- client:eth0 [qn_headmac="00:11"];\n');
    const found = await weft.weft(directory, 'up');
    expect(found).toEqual(refusal(1, /topology\.dot\.in:\d+:\d+: error: /));
    noStack(found.stderr);
    expect(filesBelow(directory)).toEqual(['topology.dot.in']);
    await weft.nothingLeft();
  });

  it('a template that is not there is named, with the nearest', async () => {
    const directory = write(lab('x [qn_template="namespce"];'));
    const found = await weft.weft(directory, 'up');
    expect(found).toEqual(refusal(1, /namespce[\s\S]*namespace/));
    noStack(found.stderr);
    expect(filesBelow(directory)).toEqual(['topology.dot.in']);
  });

  it('a directory without a topology is named', async () => {
    expect(await weft.weft(weft.folder, 'up')).toEqual(refusal(1, /topology\.dot\.in/));
    expect(await weft.weft(weft.folder, 'up', 'nowhere')).toEqual(refusal(1, /nowhere/));
  });

  it('a lab that does not run ends with 4, and so does a node', async () => {
    const directory = write(lab(''));
    for (const words of [
      ['exec', 'server', 'true'],
      ['console', 'server'],
      ['link', 'server', 'eth0', 'off'],
      ['shell', 'server'],
    ]) {
      const found = await weft.weft(directory, ...words);
      expect([words, found.code, found.stderr.startsWith('ERROR: ')]).toEqual([words, 4, true]);
    }
    expect((await weft.weft(weft.folder, '-n', 'wrong', 'exec', 'server', 'true')).code).toBe(4);
    await weft.ok(directory, 'up');
    await weft.ok(directory, 'stop', 'client');
    const stopped = await weft.weft(directory, 'exec', 'client', 'true');
    expect(stopped).toEqual(refusal(4, /^ERROR: client /));
  });

  it('a node or port that is not there is named, with the nearest', async () => {
    const directory = write(lab(''));
    await weft.ok(directory, 'up');
    for (const [words, answer] of [
      [['exec', 'sever', 'true'], /sever[\s\S]*server/],
      [['console', 'sever'], /sever[\s\S]*server/],
      [['stop', 'cliet'], /cliet[\s\S]*client/],
      [['start', 'cliet'], /cliet[\s\S]*client/],
      [['start', 'x'], /there are: server client$/m],
      [['restart', 'cliet'], /cliet[\s\S]*client/],
      [['link', 'server', 'eth1', 'off'], /eth1[\s\S]*eth0/],
      [['link', 'sever', 'eth0', 'off'], /sever[\s\S]*server/],
      [['down', 'wrng'], /wrng[\s\S]*wrong/],
    ] as const) {
      const found = await weft.weft(directory, ...words);
      expect([words, found.code === 0, found.stderr]).toEqual([words, false, expect.stringMatching(answer)]);
      noStack(found.stderr);
    }
    expect((await weft.status(directory)).nodes.map(({ state }) => state)).toEqual(['running', 'running']);
  });

  it('a command line that is not understood ends with 2', async () => {
    const directory = write(lab(''));
    for (const words of [['lnk'], ['link', 'server'], ['link', 'server', 'eth0', 'maybe'], ['up', '--nonsense'], ['exec']]) {
      const found = await weft.weft(directory, ...words);
      expect([words, found.code]).toEqual([words, 2]);
      noStack(found.stderr);
    }
  });

  it('a topology that changed while the lab runs is told of, and taken after down', async () => {
    const directory = write(lab(''));
    await weft.ok(directory, 'up');
    write(lab('extra [label="extra"];'));
    const found = await weft.weft(directory, 'up');
    expect(found.stderr).toMatch(/Warn: .*changed/);
    await weft.ok(directory, 'down');
    await weft.ok(directory, 'up');
    expect((await weft.status(directory)).nodes.length).toBe(3);
  });

  it('the same name from another directory is refused, and runs under another name', async () => {
    const directory = write(lab(''));
    await weft.ok(directory, 'up');
    const other = weft.write({ 'other/topology.dot.in': lab('') });
    const found = await weft.weft(other, 'up');
    expect({ code: found.code, stderr: found.stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/runs already, from .*\n.*-n NAME/),
    });
    await weft.ok(other, '-n', 'second', 'up');
    expect(await weft.ok(weft.folder, 'status', '--all')).toMatch(/second[\s\S]*wrong/);
    await weft.ok(other, 'down', 'wrong', 'second');
    await weft.nothingLeft();
  });

  it('down works where the directory of the lab is gone', async () => {
    const directory = write(lab(''));
    await weft.ok(directory, 'up');
    await weft.run(['rm', '-r', directory], { directory: weft.folder });
    await weft.ok(weft.folder, 'down', 'wrong');
    await weft.nothingLeft();
  });

  describe.skipIf(noQemu !== undefined)('with machines', () => {
    let server: Server | undefined;

    afterEach(() => {
      server?.close();
    });

    it('a port that somebody else listens on is named, and the lab runs all the same', async () => {
      const taken = createServer();
      server = taken;
      await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
      const address = taken.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const directory = write(lab(`server [qn_template="small", qn_console="${port}"];`));
      const { code, stdout, stderr } = await weft.weft(directory, 'up');
      expect({ code, stdout, stderr }).toEqual({
        code: 0,
        stdout: expect.stringMatching(/^server .* running/m),
        stderr: expect.stringMatching(new RegExp(`Warn: .*console of server.*${port}`)),
      });
      expect((await weft.status(directory)).nodes[0]).not.toHaveProperty('console');
    });

    it('a machine with more memory than there is does not start, the others do', async () => {
      const directory = write(lab('server [qn_template="small", qn_mem="900G"];'));
      const { code, stdout, stderr } = await weft.weft(directory, 'up');
      expect(code).toBe(1);
      expect(stderr).toMatch(/ERROR: server: .*memory/);
      expect(stdout).toMatch(/^client .* running/m);
      const shown = (await weft.status(directory)).nodes.find(({ name }) => name === 'server');
      expect(shown).toMatchObject({ state: 'lost', reason: expect.stringMatching(/memory/) });
    });

    it('a script that ends at once is told of with what it printed', async () => {
      weft.write({ 'wrong/broken.mustache': '#!/bin/sh\necho "no such luck for {{name}}" >&2\nexit 9\n' });
      const directory = write(
        lab('server [qn_template="broken", qn_kind="vm"]; lone [label="lone", qn_template="broken"];').replace(
          'server:eth0 -- client:eth0;',
          '',
        ),
      );
      const { code, stderr } = await weft.weft(directory, 'up');
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(/ERROR: lone: it ended with exit code 9:\n +no such luck for lone/),
      });
    });

    it('a script that ends only after a while is told of by start, too, which looks until QEMU answers', async () => {
      const script =
        '#!/bin/sh\n# weft: driver=qemu agent=yes ready=agent\nsleep 2\necho "no such luck for {{name}}" >&2\nexit 9\n';
      weft.write({ 'wrong/late.mustache': script });
      const directory = write(lab('lone [label="lone", qn_template="late", qn_kind="vm"];'));
      await weft.ok(directory, 'generate');
      const { code, stderr } = await weft.weft(directory, 'start', 'lone');
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(/ERROR: lone: it ended with exit code 9:\n +no such luck for lone/),
      });
    });

    it('a guest that does not come up in time is told of with its last words, and can be stopped', async () => {
      const directory = write(lab('server [qn_template="small", qn_append="rdinit=/bin/busybox"];'));
      const { code, stderr } = await weft.weft(directory, 'up', '--timeout', '2');
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/ERROR: server: .* in time; /) });
      noStack(stderr);
      const [server] = (await weft.status(directory)).nodes;
      expect(server).toMatchObject({ state: 'starting', reason: expect.stringContaining('in time') });
      await weft.ok(directory, 'stop', 'server');
    });

    it('a guest whose kernel panics is told of at once, and can be stopped', async () => {
      const directory = write(lab('server [qn_template="small", qn_append="init=/nowhere rdinit=/nowhere"];'));
      const { code, stderr } = await weft.weft(directory, 'up', '--timeout', '300');
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(/ERROR: server: the kernel of server panicked: .*\n +what it printed is in .*boot\.log\n/),
      });
      expect((await weft.status(directory)).nodes[0]).toMatchObject({
        state: 'starting',
        reason: expect.stringContaining('panicked'),
      });
      await weft.ok(directory, 'stop', 'server');
      weft.write({ 'wrong/topology.dot.in': lab('server [qn_template="small", qn_mem="72M"];') });
      const small = await weft.weft(directory, 'up');
      expect(small.stderr).toMatch(
        /ERROR: server: the kernel of server panicked: .*memory.*\n +give it more memory \(qn_mem\); /,
      );
    });
  });
});
