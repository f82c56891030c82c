import type { Commands } from '../../boundary/commands.ts';
import { encodeUtf8 } from '../../model/utf8.ts';

/**
 * What QEMU runs x86-64 guests with on this machine, found by trying: some nested machines have a /dev/kvm that opens and still takes no guest.
 * Where the processor does not help (KVM as PVM, in a machine of somebody's cloud), genuine kernels end in instructions that KVM cannot emulate.
 * undefined where there is no QEMU. Takes some 30 ms.
 */
export async function tryAccelerators(commands: Commands): Promise<'kvm' | 'tcg' | undefined> {
  const qemu = await commands.find('qemu-system-x86_64');
  if (qemu === undefined) return undefined;
  if ((await commands.run(['grep', '-qwE', 'vmx|svm', '/proc/cpuinfo'])).code !== 0) return 'tcg';
  const quietly = ['-nodefaults', '-no-user-config', '-display', 'none', '-M', 'pc', '-m', '16', '-S', '-monitor', 'stdio'];
  const outcome = await commands.run([qemu, '-accel', 'kvm', '-cpu', 'max', ...quietly], { input: encodeUtf8('quit\n') });
  return outcome.code === 0 ? 'kvm' : 'tcg';
}
