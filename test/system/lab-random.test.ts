import { afterAll, beforeAll, describe, it } from 'vitest';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { noQemu } from '../support/lab-holder.ts';
import { anyCommand, NAMES } from '../support/random-lab/commands.ts';
import { Dice } from '../support/random-lab/dice.ts';
import { LiveLab } from '../support/random-lab/live-lab.ts';

const seed = Number(process.env['WEFT_RANDOM_SEED'] ?? 20261120);
const labs = Number(process.env['WEFT_RANDOM_LABS'] ?? 15);
const guestLabs = Number(process.env['WEFT_RANDOM_GUEST_LABS'] ?? 2);
const noRoot = process.getuid?.() === 0 ? undefined : 'only root sees into the namespaces of nodes';
if (noRoot !== undefined) process.stdout.write(`skipped: random changes: ${noRoot}\n`);
else if (noQemu !== undefined) process.stdout.write(`skipped: random changes of guests: ${noQemu}\n`);

const namespaces = `graph random {
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

const guests = `graph random {
  node [shape=record];
  qn_template="small";
  v; w; n [qn_template="namespace"];
  v:eth0 -- w:eth0;
  w:eth1 -- n:eth0;
  v ["feature.attach-network-to"="n\\nw"];
}`;

const seeds = (count: number) => Array.from({ length: count }, (_, at) => seed + at);

describe.skipIf(noRoot !== undefined)('a lab that is changed at random is what it should be after each command', () => {
  let weft: LabFixture;

  beforeAll(async () => {
    weft = await labFixture();
    process.stdout.write(`seed ${seed}; WEFT_RANDOM_SEED, WEFT_RANDOM_LABS and WEFT_RANDOM_GUEST_LABS ask for others\n`);
  });

  afterAll(() => weft.end());

  it.each(seeds(labs))('namespaces, 20 sequences, seed %i', async (own) => {
    const directory = weft.write({ 'random/topology.dot.in': namespaces });
    await live(weft, directory, { names: NAMES, fixed: false }, { seed: own, sequences: 20, late: false });
  });

  it.skipIf(noQemu !== undefined).each(seeds(guestLabs))('guests, 4 sequences, seed %i', async (own) => {
    const directory = weft.write({ 'random/topology.dot.in': guests });
    await live(weft, directory, { names: ['v', 'w', 'n', 'nobody'], fixed: true }, { seed: own, sequences: 4, late: true });
  });
});

interface Life {
  readonly seed: number;
  readonly sequences: number;
  /** The nodes show what became of them in their own time. */
  readonly late: boolean;
}

/** Brings a lab up, lives through the sequences with it, and takes it down; says on failure what was done. */
async function live(
  weft: LabFixture,
  directory: string,
  names: Parameters<typeof LiveLab.open>[2],
  { seed: own, sequences, late }: Life,
): Promise<void> {
  await weft.ok(directory, 'up');
  const lab = await LiveLab.open(weft, 'random', names);
  const told: string[] = [];
  try {
    const dice = new Dice(own);
    await isRight(lab, late);
    for (let sequence = 0; sequence < sequences; sequence++) {
      told.push(`sequence ${sequence}`);
      for (let left = 4 + dice.roll(9); left > 0; left--) {
        const command = anyCommand(dice, lab.model);
        told.push(command.text);
        await command.run(lab);
        command.model?.(lab.model);
        await isRight(lab, late || command.late === true);
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
}

/** The kernel is as the model is; what is heard of late may take a moment. */
async function isRight(lab: LiveLab, late: boolean): Promise<void> {
  let problems = await lab.differences();
  for (
    const end = performance.now() + 60_000;
    late && problems.length > 0 && performance.now() < end;
    problems = await lab.differences()
  ) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
}
