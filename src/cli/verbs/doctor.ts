import { Refusal } from '../complaints.ts';
import { shellLine } from '../console/shell-quote.ts';
import { examinationTable } from '../doctor/examination-table.ts';
import { examine } from '../doctor/examine.ts';
import { EXIT } from '../exit-codes.ts';
import { installPackages } from '../lab/install-missing.ts';
import type { Verb } from '../verb.ts';

export const doctorVerb: Verb = {
  name: 'doctor',
  summary: 'say what this machine lacks, and how to get it',
  help: `Looks at programs, devices, namespaces, memory and the small guest, and prints the exact command that installs what is missing.
Ends with 1 when something that labs need is missing; what is limited works without, with less.

Examples:
  weft doctor
  sudo weft doctor --install`,
  positional: [],
  options: [{ flags: '--install', meaning: 'install the missing packages (as root)' }],
  shares: ['json'],
  async run(context, words, voice) {
    const guest = await context.smallGuest();
    const facts = async () => ({ nodeVersion: context.runtime, isRoot: context.isRoot, imageBuilt: await guest.isBuilt() });
    let examination = await examine(context, await facts());
    const { install, distribution } = examination;
    if (words.flag('install') && install !== undefined && distribution.manager !== undefined) {
      if (!context.isRoot) throw new Refusal(EXIT.failed, 'only root can install packages', `sudo ${shellLine(install)}`);
      await installPackages(context, distribution.manager, install);
      examination = await examine(context, await facts());
    }
    if (words.flag('json')) voice.printJson(examination);
    else voice.printAll(examinationTable(examination, voice.outPaint, context.isRoot));
    return examination.findings.some(({ state }) => state === 'missing') ? EXIT.failed : EXIT.ok;
  },
};
