import { SyscallError } from '../libc/syscall-error.ts';

/** Makes a change for each, going on after what the kernel refuses; throws in the end, with all of it. `name` says of what it was. */
export function changeEach<T>(things: Iterable<T>, change: (thing: T) => void, name: (thing: T) => string): void {
  const refused: { readonly errno: number; readonly text: string }[] = [];
  for (const thing of things) {
    try {
      change(thing);
    } catch (thrown) {
      if (!(thrown instanceof SyscallError)) throw thrown;
      refused.push({ errno: thrown.errno, text: `${name(thing)}: ${thrown.reason}` });
    }
  }
  const [first] = refused;
  if (first !== undefined) throw new SyscallError(first.errno, 'netlink', refused.map(({ text }) => text).join('; '));
}
