import { connect } from 'node:net';

/** The guest agent behind a socket of QEMU's: one request at a time. */
export class GuestAgent {
  #socket;
  #text = '';
  #heard = [];

  /** Resolves once the guest's agent answers. */
  static async reach(path, deadline = 300_000) {
    const until = performance.now() + deadline;
    for (;;) {
      const agent = await GuestAgent.#open(path).catch(() => undefined);
      if (agent !== undefined) {
        await agent.ask('guest-ping');
        return agent;
      }
      if (performance.now() > until) throw new Error(`nobody answers at ${path}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  static #open(path) {
    const agent = new GuestAgent();
    return new Promise((resolve, reject) => {
      agent.#socket = connect(path, () => resolve(agent)).setEncoding('utf8');
      agent.#socket.once('error', reject);
      agent.#socket.on('data', (piece) => agent.#take(piece));
    });
  }

  async ask(execute, given) {
    this.#socket.write(`${JSON.stringify({ execute, ...(given === undefined ? {} : { arguments: given }) })}\n`);
    const answer = await new Promise((resolve) => this.#heard.push(resolve));
    if (answer.error !== undefined) throw new Error(`${execute}: ${JSON.stringify(answer.error)}`);
    return answer.return;
  }

  /** Runs a command in the guest; what it printed. */
  async run(argv) {
    const [path, ...arg] = argv;
    const { pid } = await this.ask('guest-exec', { path, arg, 'capture-output': true });
    for (;;) {
      const { exited, exitcode, 'out-data': out = '' } = await this.ask('guest-exec-status', { pid });
      if (exited) {
        if (exitcode !== 0) throw new Error(`${argv.join(' ')} in the guest: exit code ${exitcode}`);
        return Buffer.from(out, 'base64').toString();
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  close() {
    this.#socket.destroy();
  }

  #take(piece) {
    const lines = (this.#text + piece).split('\n');
    this.#text = lines.pop();
    for (const line of lines) if (line.trim() !== '') this.#heard.shift()?.(JSON.parse(line));
  }
}
