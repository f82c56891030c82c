import { request } from 'node:http';

/** Asks a lab's engine on its unix socket; gives its answer and the wall milliseconds until it was there in full. */
export async function engineCall(socketPath, method, body) {
  const begun = performance.now();
  const text = await new Promise((resolve, reject) => {
    const asked = request({ socketPath, path: `/v1/${method}`, method: 'POST' }, (answer) => {
      let said = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece) => {
        said += piece;
      });
      answer.on('end', () => resolve(said));
    });
    asked.on('error', reject);
    asked.end(JSON.stringify(body));
  });
  const wall = performance.now() - begun;
  const last = JSON.parse(text.trimEnd().split('\n').at(-1));
  if (last.error !== undefined) throw new Error(`${method}: ${last.error.message}`);
  if (last.result.failures?.length > 0) throw new Error(`${method}: ${JSON.stringify(last.result.failures)}`);
  return { wall, result: last.result };
}
