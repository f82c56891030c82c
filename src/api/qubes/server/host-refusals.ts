import type { HostError } from '../../../boundary/host-error.ts';
import { QubesError } from '../qubes-error.ts';

/** What tools act on, by the code of what the engine refuses. */
const TYPES: Readonly<Record<string, string>> = {
  exists: 'QubesVMAlreadyExistsError',
  'no-such-node': 'QubesVMNotFoundError',
  'not-running': 'QubesVMNotRunningError',
  running: 'QubesVMNotHaltedError',
  'in-use': 'QubesVMInUseError',
  'bad-value': 'QubesValueError',
  loop: 'QubesValueError',
  'provides-no-network': 'QubesValueError',
  template: 'QubesVMNotFoundError',
};

/** A refusal of the engine as one of the Admin API. */
export function qubesErrorFor(refusal: HostError): QubesError {
  const { code, hint, message } = refusal;
  const text = hint === undefined ? message : `${message}; ${hint}`;
  return new QubesError(TYPES[code] ?? 'QubesException', text, { cause: refusal });
}
