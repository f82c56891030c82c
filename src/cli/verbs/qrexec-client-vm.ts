import { ADMIN_VM, encodeRequest } from '../../api/qubes/wire/request.ts';
import { UsageError } from '../complaints.ts';
import { EXIT } from '../exit-codes.ts';
import { daemonSocket } from '../qvm/find-daemon.ts';
import type { Verb } from '../verb.ts';

const HELP = `Stands in for the program of the same name that Qubes' tools start on machines that are not dom0: calls METHOD of a qube over the lab's
socket, with standard input as what goes with the call, and standard output as what comes back. A link to qubes-tools/qrexec-client-vm
in /usr/bin lets the genuine tools drive the lab that WEFT_NAME, WEFT_DIRECTORY or the working directory names. Ends with 1 where there
is nobody to call.

Example:
  weft qrexec-client-vm dom0 admin.vm.List < /dev/null`;

export const qrexecClientVmVerb: Verb = {
  name: 'qrexec-client-vm',
  summary: "call a method of the lab's Admin API, as Qubes' tools do it",
  help: HELP,
  positional: [
    { syntax: '<qube>', meaning: 'whose method', completes: 'node' },
    { syntax: '<method>', meaning: 'METHOD, or METHOD+ARGUMENT', completes: 'command' },
  ],
  passThrough: true,
  async run(context, words) {
    const [qube = '', call = ''] = words.positional;
    if (!/^[!-~]+$/.test(call) || !/^[!-~]+$/.test(qube)) throw new UsageError('a qube and a method, without spaces');
    const plus = call.indexOf('+');
    const [method, argument] = plus < 0 ? [call, ''] : [call.slice(0, plus), call.slice(plus + 1)];
    const stream = await context.streams.connectUnix(await daemonSocket(context, words));
    const closed = new Promise<Error | undefined>((resolve) => stream.onClose(resolve));
    stream.onData((bytes) => context.terminal.stdout.write(bytes));
    const destination = qube === '@adminvm' ? ADMIN_VM : qube;
    stream.write(encodeRequest({ method, argument, source: ADMIN_VM, destination, payload: new Uint8Array() }));
    const { stdin } = context.terminal;
    if (stdin.isTty) stream.finish();
    else {
      const stop = stdin.open({ data: (bytes) => stream.write(bytes), end: () => stream.finish() });
      void closed.then(stop);
    }
    const failure = await closed;
    if (failure !== undefined) throw failure;
    return EXIT.ok;
  },
};
