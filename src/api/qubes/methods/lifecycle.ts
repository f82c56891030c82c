import { propertyValue } from '../properties/property.ts';
import { propertiesOf } from '../properties/qube-properties.ts';
import { quoted } from '../python-text.ts';
import { QubesError } from '../qubes-error.ts';
import { featuresOf } from './features.ts';
import { type Call, changing, type Methods } from './method.ts';

export const lifecycleMethods: Methods = {
  'admin.vm.Start': changing({}, async (call) => {
    const { lab, view, qube } = call;
    if (qube.class === 'AdminVM') throw new QubesError('QubesVMNotHaltedError', 'Cannot start Dom0 fake domain!');
    refuseTemplate(call);
    const why = featuresOf(qube).get('prohibit-start');
    if (why) throw new QubesError('QubesException', `Qube start is prohibited. Rationale: ${why}`);
    const activity = view.activity(qube.name);
    if (activity === 'running' || activity === 'paused') return;
    const failures = await lab.start(qube.name, readySeconds(call));
    const [failure] = failures.filter(({ node }) => node === qube.name).concat(failures);
    if (failure === undefined) return;
    const { message, hint, node } = failure;
    const whose = message.startsWith(node) ? '' : `${node}: `;
    throw new QubesError('QubesVMError', `${whose}${message}${hint === undefined ? '' : `; ${hint}`}`);
  }),
  'admin.vm.Shutdown': changing({ argument: 'any' }, async (call) => {
    const { lab, view, qube, argument } = call;
    const words = argument === '' ? [] : argument.split('+');
    if (words.some((word) => word !== 'force' && word !== 'wait') || new Set(words).size < words.length) {
      throw new QubesError('ProtocolError', 'Argument must match: force, wait');
    }
    refuseMachine(call, 'shutdown');
    const force = words.includes('force');
    if (view.activity(qube.name) === 'halted') throw poweredOff(call);
    if (view.activity(qube.name) === 'paused' && !force) throw notRunning(call);
    const clients = [...view.tree.nodes.values()].filter(
      ({ name, netvm }) => netvm === qube.name && view.activity(name) !== 'halted',
    );
    if (clients.length > 0 && !force) {
      const names = clients.map(({ name }) => name).sort();
      throw new QubesError('QubesVMInUseError', `There are other VMs connected to this VM: ${names.join(', ')}`);
    }
    await lab.stop(qube.name, { kill: false, force });
  }),
  'admin.vm.Kill': changing({}, async (call) => {
    const { lab, view, qube } = call;
    refuseMachine(call, 'kill');
    if (view.activity(qube.name) === 'halted') throw poweredOff(call);
    await lab.stop(qube.name, { kill: true, force: true });
  }),
  'admin.vm.Pause': standing('pause'),
  'admin.vm.Suspend': standing('suspend'),
  'admin.vm.Unpause': goingOn('unpause'),
  'admin.vm.Resume': goingOn('resume'),
};

function standing(word: string) {
  return changing({}, async (call) => {
    const { lab, view, qube } = call;
    refuseMachine(call, word);
    const activity = view.activity(qube.name);
    if (activity !== 'running' && activity !== 'starting') throw notRunning(call);
    await lab.pause(qube.name, true);
  });
}

function goingOn(word: string) {
  return changing({}, async (call) => {
    const { lab, view, qube } = call;
    refuseMachine(call, word);
    if (view.activity(qube.name) !== 'paused') {
      throw new QubesError('QubesVMNotPausedError', `Domain is not paused: ${quoted(qube.name)}`);
    }
    await lab.pause(qube.name, false);
  });
}

/** How long a start waits. Seconds. */
function readySeconds({ view, qube }: Call): number {
  const timeout = propertiesOf(qube).get('qrexec_timeout');
  return timeout === undefined ? 300 : Number(propertyValue(timeout, view, qube).value);
}

function refuseMachine({ qube }: Call, word: string): void {
  if (qube.class === 'AdminVM') throw new QubesError('QubesVMError', `Cannot ${word} Dom0 fake domain!`);
}

function refuseTemplate({ qube }: Call): void {
  if (qube.class !== 'TemplateVM') return;
  throw new QubesError(
    'QubesVMError',
    `${qube.name} is a template of the lab, which never runs: start a qube that is made from it`,
  );
}

function poweredOff({ qube }: Call): QubesError {
  return new QubesError('QubesVMNotStartedError', `Domain is powered off: ${quoted(qube.name)}`);
}

function notRunning({ qube }: Call): QubesError {
  return new QubesError('QubesVMNotRunningError', `Domain not running (either powered off or paused): ${quoted(qube.name)}`);
}
