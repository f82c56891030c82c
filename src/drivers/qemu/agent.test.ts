import { describe, expect, it } from 'vitest';
import { streamPair } from '../../../test/support/stream-pair.ts';
import type { ByteStream } from '../../boundary/streams.ts';
import { systemClock } from '../../host/clock.ts';
import { encodeBase64 } from '../../model/base64.ts';
import { decodeUtf8, encodeUtf8 } from '../../model/utf8.ts';
import { GuestAgent } from './agent.ts';
import { JsonLines, type JsonObject, parseObject } from './json-lines.ts';

type Answer = (request: JsonObject, parameters: JsonObject) => unknown;

/** A guest agent that speaks as the real one: an error after each 0xFF, 0xFF before the answer to a synchronisation. `echo`: it repeats ids. */
class StandIn {
  readonly #stream: ByteStream;
  readonly #answer: Answer;
  readonly #echo: boolean;
  #silent = 0;

  constructor(stream: ByteStream, answer: Answer, echo = true) {
    this.#stream = stream;
    this.#answer = answer;
    this.#echo = echo;
    const lines = new JsonLines(
      1 << 20,
      (line) => this.#take(parseObject(line) ?? {}),
      () => undefined,
    );
    stream.onData((bytes) => {
      if (bytes.includes(0xff)) this.send({ error: { class: 'GenericError', desc: 'JSON parse error' } });
      lines.push(bytes);
    });
  }

  /** The next requests get no answer, as while a guest reboots. */
  ignore(count: number): void {
    this.#silent = count;
  }

  send(message: JsonObject): void {
    this.#stream.write(encodeUtf8(`${JSON.stringify(message)}\n`));
  }

  #take(request: JsonObject): void {
    if (this.#silent > 0) {
      this.#silent -= 1;
      return;
    }
    const parameters = (request['arguments'] ?? {}) as JsonObject;
    const id = this.#echo ? { id: request['id'] } : {};
    if (request['execute'] === 'guest-sync-delimited') {
      this.#stream.write(Uint8Array.of(0xff));
      this.send({ return: parameters['id'], ...id });
      return;
    }
    const value = this.#answer(request, parameters);
    this.send(
      value instanceof Error ? { error: { class: 'GenericError', desc: value.message }, ...id } : { return: value, ...id },
    );
  }
}

async function agentWith(answer: Answer, echo = true): Promise<[GuestAgent, StandIn, ByteStream]> {
  const [near, far] = await streamPair();
  const standIn = new StandIn(far, answer, echo);
  return [GuestAgent.over(near, systemClock), standIn, far];
}

describe.each([true, false])('guest agent (repeats ids: %s)', (echo) => {
  it('runs a command and waits for its end', async () => {
    let looks = 0;
    const [agent] = await agentWith((request, parameters) => {
      if (request['execute'] === 'guest-exec') {
        expect(parameters).toMatchObject({
          path: 'sh',
          arg: ['-c', 'x'],
          'input-data': encodeBase64(encodeUtf8('in')),
          env: ['A=1'],
        });
        return { pid: 7 };
      }
      looks += 1;
      if (looks < 3) return { exited: false };
      return { exited: true, exitcode: 3, 'out-data': encodeBase64(encodeUtf8('ü\n')), 'err-truncated': true };
    }, echo);
    const result = await agent.exec(['sh', '-c', 'x'], { input: encodeUtf8('in'), environment: { A: '1' } });
    expect(decodeUtf8(result.stdout)).toBe('ü\n');
    expect(result).toMatchObject({ code: 3, truncated: true, stderr: new Uint8Array() });
    agent.close();
  });

  it('recovers when requests are lost, and drops an answer that comes late', async () => {
    const [agent, standIn] = await agentWith((request) => (request['execute'] === 'guest-ping' ? {} : []), echo);
    await agent.ping();
    standIn.ignore(1);
    await expect(agent.ping(20)).rejects.toMatchObject({ code: 'timeout' });
    standIn.send({ return: 'late', ...(echo ? { id: 4_000_000_001 } : {}) });
    expect(await agent.interfaces()).toEqual([]);
    agent.close();
  });

  it('answers each of many callers', async () => {
    const [agent] = await agentWith((request, parameters) => {
      if (request['execute'] === 'guest-exec') return { pid: Number(String(parameters['path'])) };
      return { exited: true, exitcode: parameters['pid'] };
    }, echo);
    const codes = await Promise.all(Array.from({ length: 20 }, (_, n) => agent.exec([String(n)])));
    expect(codes.map((result) => result.code)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    agent.close();
  });
});

describe('guest agent', () => {
  it('kills what is still running at the deadline', async () => {
    const started: unknown[] = [];
    const [agent] = await agentWith((request, parameters) => {
      if (request['execute'] !== 'guest-exec') return { exited: false };
      started.push(parameters['arg']);
      return { pid: 9 };
    });
    await expect(agent.exec(['sleep', '1000'], { deadline: 20 })).rejects.toMatchObject({ code: 'timeout' });
    expect(started).toEqual([['1000'], ['-c', 'kill -KILL 9']]);
    agent.close();
  });

  it('counts a signal as a shell does and names a missing program', async () => {
    const [agent] = await agentWith((request, parameters) => {
      if (request['execute'] !== 'guest-exec') return { exited: true, signal: 9 };
      return parameters['path'] === 'no'
        ? new Error('Failed to execute child process “no” (No such file or directory)')
        : { pid: 1 };
    });
    expect((await agent.exec(['x'])).code).toBe(137);
    await expect(agent.exec(['no'])).rejects.toMatchObject({ code: 'ENOENT', message: 'the guest has no program no' });
    agent.close();
  });

  it('carries files in pieces', async () => {
    let stored = '';
    let at = 0;
    const [agent] = await agentWith((request, parameters) => {
      if (request['execute'] === 'guest-file-open') return 1000;
      if (request['execute'] === 'guest-file-write') {
        const piece = Buffer.from(String(parameters['buf-b64']), 'base64');
        stored += piece.toString('latin1');
        return { count: piece.length };
      }
      if (request['execute'] !== 'guest-file-read') return {};
      const piece = stored.slice(at, at + Number(parameters['count']));
      at += piece.length;
      return { count: piece.length, 'buf-b64': Buffer.from(piece, 'latin1').toString('base64'), eof: at === stored.length };
    });
    const content = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251);
    await agent.writeFile('/f', content);
    expect(await agent.readFile('/f')).toEqual(content);
    agent.close();
  });

  it('takes silence after a shutdown for consent, and a clock it cannot set for no', async () => {
    const [agent, standIn] = await agentWith((request) => {
      if (request['execute'] === 'guest-set-time') return new Error('not currently supported');
      standIn.ignore(1);
      return {};
    });
    await agent.shutdown('powerdown', 30);
    expect(await agent.setTime(1)).toBe(false);
    agent.close();
  });

  it('fails at once when the guest is gone', async () => {
    const [agent, , far] = await agentWith(() => {
      far.close();
      return {};
    });
    await expect(agent.ping()).rejects.toMatchObject({ code: 'closed' });
    await expect(agent.ping()).rejects.toMatchObject({ code: 'closed' });
    expect(agent.closed).toBe(true);
  });
});
