import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Requests, Responses, Told } from '../api/contract.ts';
import type { KnownLab, LabConnection, Labs, Leftover } from '../api/labs.ts';
import { HostError } from '../boundary/host-error.ts';
import { systemSinks } from '../host/byte-sinks.ts';
import { systemClock } from '../host/clock.ts';
import { systemCommands } from '../host/commands.ts';
import { systemFiles } from '../host/files.ts';
import { systemStreams } from '../host/streams.ts';
import { writeFileSet } from '../host/write-file-set.ts';
import type { LabSpec } from '../model/lab-spec.ts';
import type { NodeState } from '../model/lab-status.ts';
import { isGenerated } from '../model/topology.ts';
import type { Context } from './context.ts';
import { runCommandLine } from './run-command-line.ts';

const PAIR = `graph "pair" { node [shape=record]; qn_template="namespace";
  a [label="a | <eth0> eth0"]; b [label="b | <eth0> eth0"];
  a:eth0 -- b:eth0; }
`;

/** An engine in memory: it remembers what it was told and believes all nodes to do as told. */
class StandInLabs implements Labs {
  readonly running = new Map<string, { spec: LabSpec | undefined; states: Map<string, NodeState> }>();

  list(): Promise<readonly KnownLab[]> {
    return Promise.resolve(
      [...this.running].map(([name, { spec }]) => ({ name, directory: spec?.directory ?? '', alive: true })),
    );
  }

  gc(dryRun: boolean): Promise<readonly Leftover[]> {
    const found: readonly Leftover[] = [
      { kind: 'document', lab: 'old', what: '/state/old.json', reason: 'the lab ended without being taken down' },
      {
        kind: 'image',
        what: '/cache/images/1',
        reason: 'another small guest has taken its place',
        ...(dryRun ? {} : { failure: 'it is busy' }),
      },
    ];
    return Promise.resolve(found);
  }

  connect(name: string): Promise<LabConnection | undefined> {
    return Promise.resolve(this.running.has(name) ? this.#connection(name) : undefined);
  }

  launch(name: string): Promise<LabConnection> {
    if (!this.running.has(name)) this.running.set(name, { spec: undefined, states: new Map() });
    return Promise.resolve(this.#connection(name));
  }

  remove(name: string): Promise<void> {
    this.running.delete(name);
    return Promise.resolve();
  }

  requireSight(): void {}

  qubesSocket(): never {
    throw new Error('not here');
  }

  asDom0(): never {
    throw new Error('not here');
  }

  enter(): Promise<never> {
    return Promise.reject(new Error('not here'));
  }

  #connection(name: string): LabConnection {
    const lab = this.running.get(name);
    if (lab === undefined) throw new Error(`no lab ${name}`);
    const status = () => ({
      lab: name,
      directory: lab.spec?.directory ?? '',
      engine: 1,
      nodes: [...lab.states].map(([node, state]) => ({
        name: node,
        kind: 'namespace',
        template: 'namespace',
        state,
        ...(state === 'running' ? { pid: 100 } : {}),
        ports: [{ name: 'eth0', mac: '', peer: '', link: 'on' as const, carrier: true, addresses: [] }],
      })),
    });
    return {
      name,
      capture: () => Promise.reject(new Error('no streams here')),
      recording: () => Promise.reject(new Error('no streams here')),
      open: () => Promise.reject(new Error('not here')),
      async call(method, request, onEvent) {
        const { spec, nodes } = request as Partial<Requests['start']>;
        if (method === 'start' && spec !== undefined) {
          lab.spec = spec;
          for (const node of spec.topology.nodes.filter(isGenerated))
            if (!lab.states.has(node.name)) lab.states.set(node.name, 'stopped');
        }
        const state = method === 'start' ? 'running' : method === 'stop' || method === 'down' ? 'stopped' : undefined;
        for (const node of state === undefined ? [] : (nodes ?? [...lab.states.keys()])) {
          const before = lab.states.get(node);
          lab.states.set(node, state ?? 'stopped');
          const stage = state === 'stopped' ? 'stopping' : before === 'running' ? 'skipped' : 'launching';
          onEvent?.({ node, stage } satisfies Told['start'] as unknown as Told[typeof method]);
        }
        const answer = method === 'status' || method === 'link' ? status() : { failures: [], warnings: [], status: status() };
        return await Promise.resolve(answer as unknown as Responses[typeof method]);
      },
    };
  }
}

let folder = '';
let labs = new StandInLabs();
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'weft-cli-')));
  labs = new StandInLabs();
  writeFileSync(join(folder, 'topology.dot.in'), PAIR);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(argv: readonly string[], changes: Partial<Context> = {}): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const sink = (take: (text: string) => void) => ({
    isTty: false,
    columns: 100,
    rows: 24,
    write: (content: string | Uint8Array) => take(typeof content === 'string' ? content : Buffer.from(content).toString()),
  });
  const code = await runCommandLine(
    {
      invokedAs: 'weft',
      version: '1.2.3',
      runtime: 'v24.0.0',
      installation: fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, ''),
      directory: folder,
      environment: {},
      isRoot: false,
      terminal: {
        stdin: { isTty: false, open: () => () => undefined },
        stdout: sink((text) => {
          out += text;
        }),
        stderr: sink((text) => {
          err += text;
        }),
        runForeground: () => Promise.resolve(0),
        onInterrupt: () => () => undefined,
        exit: () => undefined,
      },
      sinks: systemSinks,
      streams: systemStreams,
      files: systemFiles,
      writeFileSet,
      commands: systemCommands,
      clock: systemClock,
      secondsSince1970: () => 1_700_000_000.5,
      realPath: (path) => realpath(path).catch(() => path),
      freshWord: () => 'fresh',
      labs: () => Promise.resolve(labs),
      smallGuest: () => Promise.reject(new Error('not here')),
      pngParts: () => Promise.reject(new Error('not here')),
      ...changes,
    },
    argv,
  );
  return { code, out, err };
}

describe('generate', () => {
  it('writes everything, with the words of qeneth', async () => {
    const { code, err } = await run(['generate'], { invokedAs: 'qeneth' });
    expect([code, err]).toEqual([0, 'Info: Generating topology\nInfo: Generating node YAML\nInfo: Generating executables\n']);
    expect(readdirSync(folder).sort()).toEqual(['a', 'a.yaml', 'b', 'b.yaml', 'topology.dot', 'topology.dot.in']);
  });

  it('writes nothing where there is a mistake', async () => {
    writeFileSync(join(folder, 'topology.dot.in'), PAIR.replace('b:eth0; }', 'b:eth0 [qn_headmac="none"]; }'));
    const { code, err } = await run(['generate', '-q']);
    expect(code).toBe(1);
    expect(err).toMatch(/topology\.dot\.in:3:\d+: error: /);
    expect(readdirSync(folder)).toEqual(['topology.dot.in']);
  });

  it('removes what it wrote for nodes that are gone, and nothing else', async () => {
    await run(['generate']);
    writeFileSync(join(folder, 'mine.yaml'), 'name: "mine"\n');
    writeFileSync(join(folder, 'b.qcow2'), '');
    writeFileSync(join(folder, 'topology.dot.in'), 'graph "pair" { a [qn_template="namespace"]; }\n');
    const { err } = await run(['generate']);
    expect(err).toContain('Removed files of nodes that are gone: b.yaml b');
    expect(readdirSync(folder).sort()).toEqual(['a', 'a.yaml', 'b.qcow2', 'mine.yaml', 'topology.dot', 'topology.dot.in']);
  });

  it('never writes over a topology.dot that is the input', async () => {
    rmSync(join(folder, 'topology.dot.in'));
    writeFileSync(join(folder, 'topology.dot'), `// mine\n${PAIR}`);
    expect((await run(['generate'])).code).toBe(0);
    expect(readFileSync(join(folder, 'topology.dot'), 'utf8')).toBe(`// mine\n${PAIR}`);
  });

  it('keeps a second lab of the same file, and a lab of another file, in a folder of their own', async () => {
    expect((await run(['generate', '-n', 'second'])).code).toBe(0);
    expect(readdirSync(join(folder, 'second.lab')).sort()).toEqual([
      'a',
      'a.yaml',
      'b',
      'b.yaml',
      'topology.dot',
      'topology.dot.in',
    ]);
    expect(readFileSync(join(folder, 'second.lab/a.yaml'), 'utf8')).toContain('graph: "second"');
    writeFileSync(join(folder, 'net.dot'), PAIR.replace('"pair"', '"net"'));
    expect((await run(['generate', 'net.dot'])).code).toBe(0);
    expect(readdirSync(join(folder, 'net.lab'))).toContain('a.yaml');
  });
});

describe('check', () => {
  it('is clean', async () => {
    expect(await run(['check'])).toEqual({ code: 0, out: '', err: 'Info: topology.dot.in is clean\n' });
  });

  it('ends with 3 for warnings, and gives them as JSON', async () => {
    writeFileSync(join(folder, 'topology.dot.in'), PAIR.replace('<eth0> eth0"];', '<eth0> eth0 | <x> x"];'));
    const { code, out } = await run(['check', '--json']);
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject([{ file: 'topology.dot.in', line: 2, severity: 'warning', code: 'label-port-unused' }]);
  });

  it("tells of the mistakes in keyfiles of nodes, and of folders that are no node's", async () => {
    const keyfiles = 'rw/config/NM-system-connections';
    for (const node of ['a', 'bb']) mkdirSync(join(folder, `${node}.d/${keyfiles}`), { recursive: true });
    mkdirSync(join(folder, 'conf.d'));
    writeFileSync(join(folder, `a.d/${keyfiles}/eth0.nmconnection`), '[connection]\ninterface-name=eth0\n[ipv4]\nmethod=off\n');
    writeFileSync(join(folder, `a.d/${keyfiles}/eth0.nmconnection~`), 'a copy');
    writeFileSync(join(folder, `a.d/${keyfiles}/any.nmconnection`), '[ipv4]\nmethod=disabled\n');
    const { code, err } = await run(['check']);
    expect(code).toBe(1);
    expect(err.split('\n')).toEqual([
      `a.d/${keyfiles}/any.nmconnection:1:1: warning: this connection names neither an interface nor a MAC address, so it is applied to none`,
      '    [ipv4]',
      '    ^',
      '  help: add interface-name=PORT to [connection], or mac-address=MAC to [ethernet]',
      `a.d/${keyfiles}/eth0.nmconnection:4:8: error: off is no method of [ipv4]`,
      '    method=off',
      '           ^^^',
      '  help: the methods are auto, disabled, link-local, manual, shared',
      'bb.d:1:1: warning: no node that runs is named bb, so nobody is given what is in this folder',
      '  help: did you mean b?',
      '',
    ]);
    const { out } = await run(['check', '--json', folder]);
    expect(JSON.parse(out)).toMatchObject([
      { file: `a.d/${keyfiles}/any.nmconnection`, line: 1, severity: 'warning' },
      { file: `a.d/${keyfiles}/eth0.nmconnection`, line: 4, column: 8, endColumn: 11, code: 'bad-value' },
      { file: 'bb.d', severity: 'warning', code: 'no-effect' },
    ]);
  });

  it('ends with 1 where a template is unknown', async () => {
    const { code, err } = await run(['check', '--template', 'smal']);
    expect(code).toBe(1);
    expect(err).toContain('small');
  });
});

describe('running', () => {
  it('starts, shows and stops as qeneth does', async () => {
    const qeneth = { invokedAs: 'qeneth' } as const;
    const early = await run(['start'], qeneth);
    expect([early.code, early.err]).toEqual([1, expect.stringContaining('run qeneth generate first')]);
    await run(['generate', '-q'], qeneth);
    expect(await run(['start'], qeneth)).toEqual({ code: 0, out: '', err: 'Info: Launching a\nInfo: Launching b\n' });
    expect((await run(['status'], qeneth)).out).toBe(
      'NODE           PID  CNSOL  MONTR\na              100\nb              100\n',
    );
    expect((await run(['start', 'a'], qeneth)).err).toBe('Info: a is already running\n');
    expect((await run(['stop', 'b'], qeneth)).err).toBe('Info: Stopping b\n');
    expect((await run(['status'], qeneth)).out).toContain('b          stopped');
    expect(await run(['stop'], qeneth)).toEqual({ code: 0, out: '', err: 'Info: Stopping a\nInfo: Stopping b\n' });
    expect(labs.running.size).toBe(0);
  });

  it('finds a lab by its name, from anywhere', async () => {
    expect((await run(['up'])).code).toBe(0);
    const elsewhere = { directory: '/' };
    expect((await run(['-n', 'pair', 'status', '--json'], elsewhere)).out).toContain('"running": true');
    expect((await run(['status', '--all'], elsewhere)).out).toMatch(/^pair +running/m);
    expect(await run(['-n', 'pairr', 'status'], elsewhere)).toMatchObject({
      code: 4,
      err: expect.stringContaining('did you mean pair?') as string,
    });
    expect((await run(['down', 'pair'], elsewhere)).code).toBe(0);
    expect((await run(['status', '--all'], elsewhere)).err).toContain('no lab runs');
  });

  it('refuses a second lab of one name', async () => {
    await run(['up']);
    mkdirSync(join(folder, 'other'));
    writeFileSync(join(folder, 'other/topology.dot.in'), PAIR);
    const refused = await run(['up', 'other']);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('-n NAME') as string });
    expect((await run(['up', 'other', '-n', 'pair2'])).code).toBe(0);
    expect([...labs.running.keys()]).toEqual(['pair', 'pair2']);
    expect(labs.running.get('pair2')?.spec).toMatchObject({
      directory: join(folder, 'other/pair2.lab'),
      files: join(folder, 'other'),
    });
  });

  it('leaves no engine behind where the files cannot be written', async () => {
    const refuse = () => Promise.reject(new HostError('ENOSPC', 'cannot write: there is no space left'));
    const { code, err } = await run(['up'], { writeFileSet: refuse });
    expect([code, err]).toEqual([1, expect.stringContaining('there is no space left')]);
    expect(labs.running.size).toBe(0);
  });

  it('warns when the input is newer than what was generated', async () => {
    await run(['generate']);
    const later = statSync(join(folder, 'topology.dot')).mtimeMs / 1000 + 1;
    utimesSync(join(folder, 'topology.dot.in'), later, later);
    expect((await run(['start'])).err).toContain('topology.dot.in is newer than topology.dot');
  });

  it.each([
    [['status'], 0, ''],
    [['console', 'a'], 4, 'lab pair does not run'],
    [['link', 'a', 'eth0', 'off'], 4, 'does not run'],
    [['link', 'a', 'eth0', 'maybe'], 2, 'on or off'],
    [['exec', 'a'], 2, 'which command?'],
    [['exec'], 2, 'which node?'],
    [['console', 'a', 'ls'], 2, 'console a -- ls'],
    [['stop'], 0, 'nothing runs here'],
    [['start', 'c'], 1, 'there is no node c'],
    [['up', 'nowhere'], 1, 'no such file or directory'],
    [['help', 'statsu'], 2, 'did you mean status?'],
    [['completion', 'tcsh'], 2, 'no completion for tcsh'],
    [['-n', '../x', 'status'], 2, 'cannot be the name of a lab'],
  ])('%j ends with %d', async (argv, code, text) => {
    await run(['generate', '-q']);
    const result = await run(argv);
    expect([result.code, result.err]).toEqual([code, expect.stringContaining(text)]);
    expect(result.err).not.toContain('internal');
  });

  it('names the nearest node and port while it runs', async () => {
    await run(['up']);
    expect((await run(['link', 'a', 'eth9', 'off'])).err).toContain('did you mean eth0?');
    expect((await run(['stop', 'c'])).err).toContain('there is no node c in lab pair');
    expect((await run(['link', 'a', 'eth0', 'off'])).err).toBe('Info: Link of a:eth0 is off\n');
  });
});

describe('example and graph', () => {
  it('copies an example once', async () => {
    expect((await run(['example', 'ring'])).err).toContain('cd ring && weft up');
    expect(await run(['example', 'ring'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('holds a topology already') as string,
    });
    expect((await run(['graph', 'ring', '-T', 'mermaid'])).out).toContain('flowchart TD');
  });

  it('draws to a file by its ending', async () => {
    expect(await run(['graph', '-o', 'pair.svg'])).toEqual({ code: 0, out: '', err: '' });
    expect(readFileSync(join(folder, 'pair.svg'), 'utf8')).toContain('<svg');
    expect((await run(['graph', '-T', 'dot'])).out).toMatch(/^graph "pair"/);
  });
});

it('never shows a stack unless asked', async () => {
  const broken = { smallGuest: () => Promise.reject(new Error('a bug')) };
  expect((await run(['image'], broken)).err).toBe(
    'ERROR: internal: a bug\n       this is a bug of weft: please report it with what WEFT_DEBUG=1 shows for the same command\n',
  );
  expect((await run(['image'], { ...broken, environment: { WEFT_DEBUG: '1' } })).err).toContain('run-command-line.test.ts');
});

it('tells what a clean-up removes, and ends with 1 when something stays', async () => {
  const dry = await run(['gc', '--dry-run']);
  expect(dry).toMatchObject({ code: 0, err: expect.stringContaining('nothing was removed') });
  expect(dry.out).toBe(
    `${[
      'KIND      LAB  WHAT             WHY',
      'document  old  /state/old.json  the lab ended without being taken down',
      'image     -    /cache/images/1  another small guest has taken its place',
    ].join('\n')}\n`,
  );
  const done = await run(['gc', '--json']);
  expect(done).toMatchObject({ code: 1, err: expect.stringContaining('/cache/images/1: it is busy') });
  expect(JSON.parse(done.out)).toMatchObject([{ kind: 'document' }, { kind: 'image', failure: 'it is busy' }]);
});
