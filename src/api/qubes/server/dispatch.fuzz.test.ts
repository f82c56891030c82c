import fc from 'fast-check';
import { expect, it } from 'vitest';
import { memoryLab } from '../../../../test/support/memory-lab.ts';
import { diceOf, randomRequest } from '../../../../test/support/random-requests.ts';
import { decodeReply } from '../wire/reply.ts';
import { decodeRequest } from '../wire/request.ts';
import { dispatch } from './dispatch.ts';

/** `npm run fuzz` makes a million. */
const total = Number(process.env['WEFT_FUZZ'] ?? 50_000);
/** Requests to one lab, one after the other. */
const inOneLab = 1000;

it(`finds nothing in ${total} requests: each is dropped or answered, and the lab stays one that could be drawn`, async () => {
  const counts = { dropped: 0, ok: 0, exception: 0, follow: 0 };
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const dice = diceOf(seed);
      const lab = memoryLab();
      const bug = (failure: unknown) => {
        throw failure;
      };
      for (let at = 0; at < inOneLab; at += 1) {
        const request = decodeRequest(randomRequest(dice));
        if (request === undefined) {
          counts.dropped += 1;
          continue;
        }
        const readOnly = dice(10) === 0;
        const before = lab.topology;
        const outcome = await dispatch({ lab, readOnly, bug }, request);
        if (readOnly && lab.topology !== before) throw new Error(`${request.method} changed what it may only look at`);
        if (outcome.kind === 'nothing') throw new Error(`${request.method}: nothing`);
        if (outcome.kind === 'follow') {
          outcome.method.follow(outcome.call, () => undefined)();
          counts.follow += 1;
        } else {
          const reply = decodeReply(outcome.bytes);
          if (reply === undefined || (reply.kind === 'exception' && !/^[A-Za-z]+$/.test(reply.type))) {
            throw new Error(`${request.method}: no reply`);
          }
          counts[reply.kind] += 1;
        }
      }
      expect(lab.followers).toBe(0);
      const { nodes, topology, tree } = lab.view();
      expect(nodes.size).toBe(topology.nodes.length);
      expect(tree.faults).toEqual([]);
    }),
    { numRuns: Math.ceil(total / inOneLab) },
  );
  // All ways are gone often enough to count.
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(total / 500);
}, 600_000);
