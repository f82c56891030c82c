import { describe, expect, it } from 'vitest';
import type { Terminal } from '../boundary/terminal.ts';
import { askKey } from './ask.ts';

/** A terminal at which somebody types these keys; undefined is the end of the input. */
function terminalWith(keys: readonly (string | undefined)[], isTty = true) {
  const written: string[] = [];
  const state = { opened: 0, closed: 0 };
  const sink = { isTty, columns: 80, rows: 24, write: (text: string | Uint8Array) => written.push(String(text)) };
  const terminal: Terminal = {
    stdin: {
      isTty,
      open: ({ data, end }) => {
        state.opened++;
        queueMicrotask(() => {
          for (const key of keys) {
            if (state.closed > 0) return;
            if (key === undefined) end();
            else data(Buffer.from(key));
          }
        });
        return () => {
          state.closed++;
        };
      },
    },
    stdout: sink,
    stderr: sink,
    runForeground: () => Promise.reject(new Error('nothing is run')),
    onInterrupt: () => () => undefined,
    exit: () => undefined,
  };
  return { terminal, written, state };
}

describe('askKey', () => {
  it.each<[string, (string | undefined)[], string]>([
    ['the key of the answer', ['y'], 'y'],
    ['a capital', ['Y'], 'y'],
    ['other keys before', ['x', '1', 'r'], 'r'],
    ['return', ['\r'], 'n'],
    ['escape', ['\u001b'], 'n'],
    ['Ctrl-C', ['\u0003'], 'n'],
    ['the end of the input', [undefined], 'n'],
    ['other keys, then the end', ['x', undefined], 'n'],
  ])('takes %s', async (_what, keys, answer) => {
    const { terminal, written, state } = terminalWith(keys);
    expect(await askKey(terminal, 'Restart b? [y/r/n]', 'yrn')).toBe(answer);
    expect(written).toEqual(['Restart b? [y/r/n] ', `${answer}\n`]);
    expect(state).toEqual({ opened: 1, closed: 1 });
  });

  it('asks nobody where there is no terminal', async () => {
    const { terminal, written, state } = terminalWith([], false);
    expect(await askKey(terminal, 'Restart b?', 'yn')).toBeUndefined();
    expect({ written, opened: state.opened }).toEqual({ written: [], opened: 0 });
  });
});
