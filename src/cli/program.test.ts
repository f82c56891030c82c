import { describe, expect, it } from 'vitest';
import { UsageError } from './complaints.ts';
import { helpText, parseCommandLine } from './program.ts';
import { VERBS } from './verbs.ts';

const identity = { name: 'weft', version: '1.2.3', columns: 100 };
const parse = (...argv: string[]) => parseCommandLine(VERBS, identity, argv);

async function parsed(...argv: string[]) {
  const request = await parse(...argv);
  if (!('verb' in request)) throw new Error('no verb');
  return { verb: request.verb.name, positional: request.words.positional, words: request.words };
}

describe('parseCommandLine', () => {
  it('takes options before and after the verb', async () => {
    for (const argv of [
      ['-C', 'lab', 'start', '-q', 'a', 'b'],
      ['start', '-C', 'lab', 'a', 'b', '-q'],
      ['-q', 'start', 'a', 'b', '--directory=lab'],
    ]) {
      const { verb, positional, words } = await parsed(...argv);
      expect([verb, positional, words.text('directory'), words.flag('quiet')]).toEqual(['start', ['a', 'b'], 'lab', true]);
    }
  });

  it('tells a verb from a word of the same name', async () => {
    expect((await parsed('-n', 'apply', 'status')).verb).toBe('status');
    expect((await parsed('exec', 'server', 'up')).verb).toBe('exec');
    await expect(parse('aply', 'up')).rejects.toMatchObject({ message: "unknown verb 'aply'", hint: 'did you mean apply?' });
    expect(await parse('--help', 'up')).toHaveProperty('text', expect.stringContaining('detach'));
  });

  it("leaves somebody else's command alone", async () => {
    expect((await parsed('exec', 'server', 'ls', '-C', '/tmp')).positional).toEqual(['server', 'ls', '-C', '/tmp']);
    expect((await parsed('exec', '-i', 'server', '--', 'ls', '--help')).positional).toEqual(['server', '--', 'ls', '--help']);
    expect((await parsed('exec', '--all', '--', 'ls', '-l')).positional).toEqual(['ls', '-l']);
    expect((await parsed('console', 'server', '--', 'ip', '-br', 'link')).positional).toEqual([
      'server',
      '--',
      'ip',
      '-br',
      'link',
    ]);
  });

  it.each([
    [['statsu'], "unknown verb 'statsu'", 'did you mean status?'],
    [['status', '--jsno'], "unknown option '--jsno'", 'did you mean --json?'],
    [['link', 'a'], "missing required argument 'port'", 'weft help'],
    [['graph', '-K', 'magic'], "option '-K, --layout <engine>' argument 'magic' is invalid", ''],
    [['monitor', 'a', 'b'], "too many arguments for 'monitor'", ''],
  ])('%j is a usage error', async (argv, message, hint) => {
    const failure = await parse(...argv).catch((reason: unknown) => reason);
    expect(failure).toBeInstanceOf(UsageError);
    expect((failure as UsageError).message).toContain(message);
    expect((failure as UsageError).hint).toContain(hint);
  });

  it('gives help and version as text', async () => {
    await expect(parse('--version')).resolves.toEqual({ text: 'weft 1.2.3\n' });
    await expect(parse('up', '--help')).resolves.toEqual({ text: helpText(VERBS, identity, 'up') });
    await expect(parse()).resolves.toEqual({ text: helpText(VERBS, identity) });
  });

  it('refuses numbers that are none', async () => {
    const { words } = await parsed('up', '--timeout', 'soon');
    expect(() => words.number('timeout', 1)).toThrow(UsageError);
    expect((await parsed('up')).words.number('timeout', 7)).toBe(7);
  });
});

describe('help texts', () => {
  it('list every verb that is meant for people', () => {
    const text = helpText(VERBS, identity);
    for (const { name, summary, hidden } of VERBS) {
      if (hidden === true) expect(text).not.toContain(summary);
      else expect(text).toMatch(new RegExp(`^ +${name} .*${summary.slice(0, 20)}`, 'm'));
    }
    expect(text).toContain('Exit codes');
  });

  it.each(VERBS.filter(({ hidden }) => hidden !== true).map((verb) => [verb.name, verb] as const))(
    '%s has an example',
    (name, verb) => {
      expect(verb.help).toMatch(new RegExp(`weft (-\\S+ )*\\S*.*${name}|${name}`));
      expect(helpText(VERBS, identity, name)).toContain(verb.ownWords ? '--socket <path>' : 'Options of every verb:');
      for (const line of verb.help.split('\n')) expect(line.length).toBeLessThan(150);
    },
  );
});
