import { toolVerb } from './qvm/tool-verb.ts';
import { SHORT_NAMES, TOOLS } from './qvm/tools.ts';
import type { Verb } from './verb.ts';
import { applyVerb } from './verbs/apply.ts';
import { attachVerb } from './verbs/attach.ts';
import { captureVerb } from './verbs/capture.ts';
import { checkVerb } from './verbs/check.ts';
import { cloneVerb } from './verbs/clone.ts';
import { completeVerb } from './verbs/complete.ts';
import { completionVerb } from './verbs/completion.ts';
import { conformanceVerb } from './verbs/conformance.ts';
import { consoleVerb } from './verbs/console.ts';
import { createVerb } from './verbs/create.ts';
import { detachVerb } from './verbs/detach.ts';
import { doctorVerb } from './verbs/doctor.ts';
import { downVerb } from './verbs/down.ts';
import { eventsVerb } from './verbs/events.ts';
import { exampleVerb } from './verbs/example.ts';
import { execVerb } from './verbs/exec.ts';
import { featuresVerb } from './verbs/features.ts';
import { firewallVerb } from './verbs/firewall.ts';
import { forwardVerb } from './verbs/forward.ts';
import { gcVerb } from './verbs/gc.ts';
import { generateVerb } from './verbs/generate.ts';
import { graphVerb } from './verbs/graph.ts';
import { helpVerb } from './verbs/help.ts';
import { hostNetworkVerb } from './verbs/host-network.ts';
import { imageVerb } from './verbs/image.ts';
import { impairVerb } from './verbs/impair.ts';
import { killVerb } from './verbs/kill.ts';
import { linkVerb } from './verbs/link.ts';
import { monitorVerb } from './verbs/monitor.ts';
import { pauseVerb } from './verbs/pause.ts';
import { planVerb } from './verbs/plan.ts';
import { prefsVerb } from './verbs/prefs.ts';
import { qrexecClientVmVerb } from './verbs/qrexec-client-vm.ts';
import { qubesShellVerb } from './verbs/qubes-shell.ts';
import { qubesdbVerb } from './verbs/qubesdb.ts';
import { reattachVerb } from './verbs/reattach.ts';
import { recordVerb } from './verbs/record.ts';
import { removeVerb } from './verbs/remove.ts';
import { restartVerb } from './verbs/restart.ts';
import { routesVerb } from './verbs/routes.ts';
import { shellVerb } from './verbs/shell.ts';
import { startVerb } from './verbs/start.ts';
import { statusVerb } from './verbs/status.ts';
import { stopVerb } from './verbs/stop.ts';
import { unpauseVerb } from './verbs/unpause.ts';
import { upVerb } from './verbs/up.ts';

/** Every verb, in the order in which help lists them. */
export const VERBS: readonly Verb[] = [
  exampleVerb,
  checkVerb,
  generateVerb,
  upVerb,
  downVerb,
  startVerb,
  stopVerb,
  restartVerb,
  statusVerb,
  consoleVerb,
  monitorVerb,
  execVerb,
  shellVerb,
  planVerb,
  applyVerb,
  attachVerb,
  detachVerb,
  featuresVerb,
  prefsVerb,
  qubesdbVerb,
  hostNetworkVerb,
  reattachVerb,
  firewallVerb,
  forwardVerb,
  routesVerb,
  createVerb,
  cloneVerb,
  removeVerb,
  pauseVerb,
  unpauseVerb,
  killVerb,
  linkVerb,
  eventsVerb,
  impairVerb,
  conformanceVerb,
  captureVerb,
  recordVerb,
  graphVerb,
  imageVerb,
  qubesShellVerb,
  qrexecClientVmVerb,
  ...Object.entries(SHORT_NAMES).map(([name, tool]) => toolVerb(tool, name)),
  ...TOOLS.map((tool) => toolVerb(tool)),
  gcVerb,
  doctorVerb,
  completionVerb,
  helpVerb(() => VERBS),
  completeVerb(() => VERBS),
];
