import type { ApplyOutcome, Requests } from '../../api/contract.ts';
import type { LabConnection } from '../../api/labs.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { LabPlan } from '../../plan/lab-plan.ts';
import type { StepReport } from '../../plan/step-report.ts';
import { stepText } from '../../plan/step-text.ts';
import { askKey } from '../ask.ts';
import { Refusal } from '../complaints.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { readFileWish } from '../lab/file-wish.ts';
import { findPlace } from '../lab/place.ts';
import { prepareMachine } from '../lab/prepare-machine.ts';
import { labText } from '../lab/read-lab.ts';
import { showOutcome } from '../lab/run-lab.ts';
import { connectionTo } from '../lab/session.ts';
import { planLines } from '../plan-text.ts';
import { withProgress } from '../progress/live-progress.ts';
import type { Verb } from '../verb.ts';
import type { Voice } from '../voice.ts';
import type { Words } from '../words.ts';
import { PLAN_OPTIONS } from './plan.ts';
import { upVerb } from './up.ts';

export const applyVerb: Verb = {
  name: 'apply',
  summary: 'bring the running lab to what its changed topology says',
  help: `Links are added, removed and moved while nodes run; new nodes are started; nothing that the file has not changed blinks. What cannot be
done live, a restart or the end of a node, is asked for on a terminal; elsewhere it takes --yes. A lab that does not run is started.
When a step fails, what needs it is left, the rest is done, and the next apply goes on from there. Applying twice does nothing.

Examples:
  weft apply
  weft apply --yes
  weft apply --dry-run           # the same as weft plan
  weft apply --only client1`,
  positional: [{ syntax: '[file]', meaning: 'a topology file, or the directory of one', completes: 'path' }],
  options: [
    { flags: '--dry-run', meaning: 'show the plan and do nothing' },
    { flags: '--live', meaning: 'leave what needs a restart for later, without asking' },
    ...PLAN_OPTIONS,
    {
      flags: '--timeout <seconds>',
      meaning: 'a node that is not ready by then counts as failed (default: 300)',
      env: 'WEFT_TIMEOUT',
    },
    {
      flags: '-y, --yes',
      meaning: 'restart and end nodes where the file takes that, and install missing system packages, without asking',
      env: 'WEFT_YES',
    },
  ],
  shares: ['json', 'template'],
  async run(context, words, voice) {
    const place = await findPlace(context, words, words.positional[0]);
    // The file is read while the engine is looked for.
    const text = labText(context, place);
    text.catch(() => undefined);
    const connection = await connectionTo(context, place);
    const dry = words.flag('dryRun');
    const reading = connection && readFileWish(context, voice, { place, connection, text }, words);
    const wish = await reading?.catch(dry ? undefined : unlessNothingHeld);
    if (connection === undefined || wish === undefined) {
      if (dry) throw new Refusal(EXIT.notRunning, 'the lab does not run', 'weft up starts it, and so does weft apply');
      return await upVerb.run(context, words, voice);
    }
    const { file, natures } = wish;
    if (dry) {
      const plan = await connection.call('plan', { file });
      if (words.flag('json')) voice.printJson(plan);
      else voice.printAll(planLines(plan, voice.outPaint));
      return EXIT.ok;
    }
    if (natures.length > 0) await prepareMachine(context, voice, natures, words.flag('yes'));
    const timeout = words.number('timeout', 300);
    const restart = words.flag('yes') ? 'yes' : words.flag('live') ? 'later' : 'no';
    const common = { file, timeout, brief: !words.flag('json') };
    const first = await applyFile(context, voice, connection, { ...common, restart, remove: words.flag('yes') });
    if (first.needs === undefined) return show(voice, words, first);
    const consent = await askConsent(context, voice, first.needs, async () => await connection.call('plan', { file }));
    return show(voice, words, await applyFile(context, voice, connection, { ...common, ...consent }));
  },
};

/** An engine holds no lab where it has only just begun, or where the lab's document is lost: then `up` takes over what runs. */
function unlessNothingHeld(failure: unknown): undefined {
  if (failure instanceof HostError && failure.code === 'not-running') return undefined;
  throw failure;
}

type Consent = Pick<Requests['apply'], 'restart' | 'remove'>;

async function applyFile(
  context: Context,
  voice: Voice,
  connection: LabConnection,
  wish: Consent & Pick<Requests['apply'], 'file' | 'timeout' | 'brief'>,
): Promise<ApplyOutcome> {
  return await withProgress(context, voice, { doing: 'Starting', nodes: [], block: false, awaited: true }, (onEvent) =>
    connection.call('apply', { ...wish, wait: true }, (event) => {
      if (event.stage !== 'skipped') onEvent(event);
    }),
  );
}

/** Asks for what has to be allowed. A Refusal where there is nobody to ask, or the answer is no. */
async function askConsent(
  { terminal }: Context,
  voice: Voice,
  { restarts, removals }: NonNullable<ApplyOutcome['needs']>,
  plan: () => Promise<LabPlan>,
): Promise<Consent> {
  const what = [
    ...(restarts.length === 0 ? [] : [`restart ${restarts.join(', ')}`]),
    ...(removals.length === 0 ? [] : [`end ${removals.join(', ')}`]),
  ].join(' and ');
  const refusal = restarts.length === 0 ? 'allow it with --yes' : 'allow it with --yes; --live leaves restarts for later';
  if (!terminal.stdin.isTty || !terminal.stderr.isTty)
    throw new Refusal(EXIT.failed, `this would ${what}; nothing was done`, refusal);
  voice.printAll(planLines(await plan(), voice.outPaint));
  const maySplit = restarts.length > 0;
  const question = maySplit ? '[y]es, [l]eave restarts for later, [N]o?' : '[y]es, [N]o?';
  const key = await askKey(terminal, `This will ${what}: ${question}`, maySplit ? 'yln' : 'yn');
  if (key !== 'y' && key !== 'l') throw new Refusal(EXIT.failed, 'nothing was done');
  return { restart: key === 'y' ? 'yes' : 'later', remove: true };
}

function show(voice: Voice, words: Words, outcome: ApplyOutcome): number {
  showOutcome(voice, outcome);
  const failed = outcome.reports.filter((report) => report.outcome === 'failed' || report.outcome === 'undone');
  const pending = outcome.reports.filter((report) => report.outcome === 'pending');
  if (words.flag('json')) voice.printJson(outcome);
  else {
    for (const report of outcome.reports) {
      const message = report.message === undefined ? '' : `: ${report.message}`;
      voice.print(`${paintOutcome(voice, report.outcome)}  ${stepText(report.step)}${message}`);
    }
    if (outcome.reports.length + outcome.failures.length === 0) voice.info('nothing to do: the lab is as the file says');
  }
  for (const { step } of pending) voice.warn(`${stepText(step)} is still to be done: ${step.reason}`, 'weft apply --yes does it');
  if (failed.length > 0 || outcome.failures.length > 0) return EXIT.failed;
  return pending.length > 0 ? EXIT.warnings : EXIT.ok;
}

function paintOutcome({ outPaint }: Voice, outcome: StepReport['outcome']): string {
  const text = outcome.padEnd(7);
  if (outcome === 'done') return outPaint.green(text);
  return outcome === 'pending' || outcome === 'skipped' ? outPaint.yellow(text) : outPaint.red(text);
}
