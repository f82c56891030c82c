import type { Terminal } from '../../boundary/terminal.ts';
import { decodeUtf8 } from '../../model/utf8.ts';
import { ToolFailure } from './tool.ts';

const INTERRUPT = 0x03;
const END_OF_INPUT = 0x04;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const DELETE = 0x7f;

/** Asks a question, and reads the line that answers it; keys are shown as they are typed. A ToolFailure where nothing answers. */
export async function askLine({ stdin, stdout }: Terminal, question: string): Promise<string> {
  stdout.write(question);
  const { isTty } = stdin;
  const typed: number[] = [];
  const isAnswered = await new Promise<boolean>((resolve) => {
    const end = (answered: boolean) => {
      close();
      if (isTty) stdout.write('\n');
      resolve(answered);
    };
    const close = stdin.open({
      data(bytes) {
        for (const byte of bytes) {
          if (byte === NEWLINE || (isTty && byte === RETURN)) return end(true);
          if (isTty && (byte === INTERRUPT || byte === END_OF_INPUT)) return end(false);
          if (isTty && byte === DELETE) {
            if (typed.pop() !== undefined) stdout.write('\b \b');
          } else {
            typed.push(byte);
            if (isTty) stdout.write(Uint8Array.of(byte));
          }
        }
      },
      end: () => end(typed.length > 0),
    });
  });
  if (!isAnswered) throw new ToolFailure('nobody answers');
  return decodeUtf8(Uint8Array.from(typed));
}
