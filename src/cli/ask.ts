import type { Terminal } from '../boundary/terminal.ts';

/** Asks a question that one key answers; undefined where there is nobody to ask. Return, Escape and Ctrl-C give the last of the keys. */
export async function askKey({ stdin, stderr }: Terminal, question: string, keys: string): Promise<string | undefined> {
  if (!stdin.isTty || !stderr.isTty) return undefined;
  stderr.write(`${question} `);
  const fallback = keys.at(-1) ?? '';
  return await new Promise((resolve) => {
    const answer = (key: string) => {
      close();
      stderr.write(`${key}\n`);
      resolve(key);
    };
    const close = stdin.open({
      data: (bytes) => {
        const key = String.fromCharCode(bytes[0] ?? 0).toLowerCase();
        if (keys.includes(key)) answer(key);
        else if ('\r\n\u001b\u0003\u0004'.includes(key)) answer(fallback);
      },
      end: () => answer(fallback),
    });
  });
}
