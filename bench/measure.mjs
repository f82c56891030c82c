import { spawn } from 'node:child_process';

/** The middle of several figures. */
export function median(figures) {
  const sorted = [...figures].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Runs a command; gives its wall milliseconds and what it printed. Throws, with what it said, when it fails. */
export async function timed(argv, options = {}) {
  const [program, ...words] = argv;
  const begun = performance.now();
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8');
    child[name].on('data', (piece) => {
      texts[name] += piece;
    });
  }
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const wall = performance.now() - begun;
  if (code !== 0) throw new Error(`${argv.join(' ')}: ${code}: ${texts.stderr.trim().split('\n').slice(-5).join('\n')}`);
  return { wall, ...texts };
}

/**
 * Runs both sides by turns, so that what else the machine does reaches both alike. A side gives figures by name; the ratio of each is
 * the median of the ratios of the pairs.
 */
export async function alternate(runs, subject, reference) {
  const pairs = [];
  for (let run = 0; run < runs; run++) {
    const first = run % 2 === 0;
    const a = first ? await subject() : undefined;
    const b = await reference();
    pairs.push({ subject: a ?? (await subject()), reference: b });
  }
  return (name) => ({
    value: median(pairs.map((pair) => pair.subject[name])),
    reference: median(pairs.map((pair) => pair.reference[name])),
    ratio: median(pairs.map((pair) => pair.subject[name] / pair.reference[name])),
  });
}
