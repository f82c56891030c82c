import { connect } from 'node:net';

/** A QMP monitor, one command at a time. */
export class Qmp {
  #socket;
  #text = '';
  #heard = [];

  static async open(path) {
    const qmp = new Qmp();
    qmp.#socket = connect(path).setEncoding('utf8');
    qmp.#socket.on('data', (piece) => qmp.#take(piece));
    await new Promise((resolve, reject) => {
      qmp.#socket.once('error', reject);
      qmp.#heard.push(resolve);
    });
    await qmp.ask('qmp_capabilities');
    return qmp;
  }

  async ask(execute, given) {
    this.#socket.write(`${JSON.stringify({ execute, ...(given === undefined ? {} : { arguments: given }) })}\n`);
    const answer = await new Promise((resolve) => this.#heard.push(resolve));
    if (answer.error !== undefined) throw new Error(`${execute}: ${answer.error.desc}`);
    return answer.return;
  }

  close() {
    this.#socket.destroy();
  }

  #take(piece) {
    const lines = (this.#text + piece).split('\n');
    this.#text = lines.pop();
    for (const line of lines.filter((each) => each.trim() !== '')) {
      const said = JSON.parse(line);
      if ('QMP' in said || 'return' in said || 'error' in said) this.#heard.shift()?.(said);
    }
  }
}
