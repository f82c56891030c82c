import { afterAll, beforeAll, describe, it } from 'vitest';
import { eventually } from '../support/lab-command.ts';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { anyCommand } from '../support/random-lab/commands.ts';
import { Dice } from '../support/random-lab/dice.ts';
import { LiveLab } from '../support/random-lab/live-lab.ts';

const seed = Number(process.env['WEFT_RANDOM_SEED'] ?? 20261120);
const labs = Number(process.env['WEFT_RANDOM_LABS'] ?? 15);
/** Sequences that one lab lives through. */
const sequences = 20;
const noRoot = process.getuid?.() === 0 ? undefined : 'only root sees into the namespaces of nodes';
if (noRoot !== undefined) process.stdout.write(`skipped: random changes: ${noRoot}\n`);

const file = `graph random {
  node [shape=record];
  qn_template="namespace";
  hub [qn_hub="true"];
  a; b; c; d; e;
  a:eth0 -- b:eth0;
  b:eth1 -- c:eth0 [qn_link="off"];
  c:eth1 -- hub;
  d:eth0 -- hub;
  d:eth1 -- e:eth0;
  a ["feature.attach-network-to"="c\\nd frontend_mac=0a:00:00:00:00:01"];
}`;

describe.skipIf(noRoot !== undefined)('a lab of namespaces that is changed at random', () => {
  let weft: LabFixture;
  let directory: string;

  beforeAll(async () => {
    weft = await labFixture();
    directory = weft.write({ 'random/topology.dot.in': file });
    process.stdout.write(`seed ${seed}: WEFT_RANDOM_SEED=N takes another, WEFT_RANDOM_LABS=N another number of labs\n`);
  });

  afterAll(() => weft.end());

  it.each(Array.from({ length: labs }, (_, at) => seed + at))(
    `is what it should be after each command of ${sequences} sequences, seed %i`,
    async (own) => {
      await weft.ok(directory, 'up');
      const lab = await LiveLab.open(weft, 'random');
      const told: string[] = [];
      try {
        const dice = new Dice(own);
        await isRight(lab, false);
        for (let sequence = 0; sequence < sequences; sequence++) {
          told.push(`sequence ${sequence}`);
          for (let left = 4 + dice.roll(9); left > 0; left--) {
            const command = anyCommand(dice, lab.model);
            told.push(command.text);
            await command.run(lab);
            command.model?.(lab.model);
            await isRight(lab, command.late === true);
          }
          const disagreement = await lab.disagreement();
          if (disagreement !== undefined) throw new Error(disagreement);
        }
      } catch (failure) {
        const reason = failure instanceof Error ? failure.message : String(failure);
        throw new Error(`${reason}\nseed ${own}, after:\n${told.join('\n')}`, { cause: failure });
      } finally {
        lab.close();
        await weft.ok(directory, 'down');
      }
      await weft.nothingLeft();
    },
  );
});

/** The kernel is as the model is; what the engine hears of by itself may take a moment. */
async function isRight(lab: LiveLab, late: boolean): Promise<void> {
  let problems: string[] = await lab.differences();
  if (problems.length > 0 && late) {
    await eventually(
      async () => {
        problems = await lab.differences();
        return problems.length === 0;
      },
      'the lab to be what it should be',
      10,
    ).catch(() => undefined);
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
}
