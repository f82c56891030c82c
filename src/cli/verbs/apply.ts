import type { ChangeOutcome, FileWish } from '../../api/contract.ts';
import type { LabConnection } from '../../api/labs.ts';
import { isGenerated } from '../../model/topology.ts';
import type { LabPlan } from '../../plan/lab-plan.ts';
import { stepText } from '../../plan/step-text.ts';
import { askKey } from '../ask.ts';
import { Refusal } from '../complaints.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { readFileWish } from '../lab/file-wish.ts';
import { findPlace } from '../lab/place.ts';
import { prepareMachine } from '../lab/prepare-machine.ts';
import { showOutcome } from '../lab/run-lab.ts';
import { connectionTo } from '../lab/session.ts';
import { isReached, planLines } from '../plan-text.ts';
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
  ],
  shares: ['json', 'template', 'yes'],
  async run(context, words, voice) {
    const place = await findPlace(context, words, words.positional[0]);
    const connection = await connectionTo(context, place);
    if (connection === undefined) {
      if (words.flag('dryRun'))
        throw new Refusal(EXIT.notRunning, 'the lab does not run', 'weft up starts it, and so does weft apply');
      return await upVerb.run(context, words, voice);
    }
    const file = await readFileWish(context, voice, { place, connection }, words);
    const plan = await connection.call('plan', { file });
    if (words.flag('dryRun')) {
      if (words.flag('json')) voice.printJson(plan);
      else voice.printAll(planLines(plan, voice.outPaint));
      return EXIT.ok;
    }
    if (plan.lost.length > 0) {
      for (const sentence of plan.lost) voice.error(sentence);
      throw new Refusal(EXIT.failed, 'nothing was done', 'detach these links, or let the file alone count: --discard');
    }
    const restart = await consent(context, voice, words, plan);
    if (plan.nodes.some(({ change }) => change === 'start'))
      await prepareMachine(context, voice, file.spec.topology, words.flag('yes'));
    const outcome = await applyFile(context, voice, connection, { file, restart, timeout: words.number('timeout', 300) });
    return show(voice, words, plan, outcome);
  },
};

async function applyFile(
  context: Context,
  voice: Voice,
  connection: LabConnection,
  { file, restart, timeout }: { readonly file: FileWish; readonly restart: boolean; readonly timeout: number },
): Promise<ChangeOutcome> {
  const nodes = file.spec.topology.nodes.filter(isGenerated).map(({ name }) => name);
  return await withProgress(
    context,
    voice,
    { doing: 'Starting', nodes: nodes.slice(0, 0), block: false, awaited: true },
    (onEvent) =>
      connection.call('apply', { file, restart, wait: true, timeout }, (event) => {
        if (event.stage !== 'skipped') onEvent(event);
      }),
  );
}

/** Whether nodes may be restarted. A Refusal where what must not happen unasked would. */
async function consent(context: Context, voice: Voice, words: Words, plan: LabPlan): Promise<boolean> {
  const named = (...changes: readonly string[]) =>
    plan.nodes.filter(({ change }) => changes.includes(change)).map(({ node }) => node);
  const [restarts, removals] = [named('restart', 'recreate'), named('remove')];
  if (words.flag('yes')) return true;
  if (restarts.length + removals.length === 0) return false;
  if (words.flag('live') && removals.length === 0) return false;
  if (context.terminal.stderr.isTty && context.terminal.stdin.isTty) voice.printAll(planLines(plan, voice.outPaint));
  const what = [
    ...(restarts.length === 0 ? [] : [`restart ${restarts.join(', ')}`]),
    ...(removals.length === 0 ? [] : [`end ${removals.join(', ')}`]),
  ].join(' and ');
  const choice = restarts.length > 0 && removals.length === 0 ? 'yln' : 'yn';
  const keys = choice === 'yln' ? '[y]es, only what is [l]ive, [N]o' : '[y]es, [N]o';
  const key = await askKey(context.terminal, `This will ${what}: ${keys}?`, choice);
  if (key === undefined)
    throw new Refusal(
      EXIT.failed,
      `this would ${what}; nothing was done`,
      'allow it with --yes; --live does what needs no restart',
    );
  if (key === 'n') throw new Refusal(EXIT.failed, 'nothing was done');
  return key === 'y';
}

function show(voice: Voice, words: Words, plan: LabPlan, outcome: ChangeOutcome): number {
  showOutcome(voice, outcome);
  const failed = outcome.reports.filter((report) => report.outcome === 'failed' || report.outcome === 'undone');
  const pending = outcome.reports.filter((report) => report.outcome === 'pending');
  if (words.flag('json')) voice.printJson(outcome);
  else {
    for (const report of outcome.reports) {
      const message = report.message === undefined ? '' : `: ${report.message}`;
      voice.print(`${paintOutcome(voice, report.outcome)}  ${stepText(report.step)}${message}`);
    }
    for (const sentence of plan.kept) voice.info(`by a command: ${sentence}`);
    if (isReached(plan) && outcome.reports.length === 0) voice.info('nothing to do: the lab is as the file says');
  }
  for (const { step } of pending) voice.warn(`${stepText(step)} is still to be done: ${step.reason}`, 'weft apply --yes does it');
  if (failed.length > 0 || outcome.failures.length > 0) return EXIT.failed;
  return pending.length > 0 ? EXIT.warnings : EXIT.ok;
}

function paintOutcome({ outPaint }: Voice, outcome: ChangeOutcome['reports'][number]['outcome']): string {
  const text = outcome.padEnd(7);
  if (outcome === 'done') return outPaint.green(text);
  return outcome === 'pending' || outcome === 'skipped' ? outPaint.yellow(text) : outPaint.red(text);
}
