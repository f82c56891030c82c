import { checked, library } from './library.ts';

/** linux/sched.h */
export const CLONE_NEWNET = 0x40000000;
export const CLONE_NEWUTS = 0x04000000;
/** sys/mount.h */
export const MS_BIND = 4096;
const MNT_DETACH = 2;

const calls = {
  setns: library.func('int setns(int fd, int type)'),
  unshare: library.func('int unshare(int flags)'),
  mount: library.func(
    'int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data)',
  ),
  umount2: library.func('int umount2(const char *target, int flags)'),
  sethostname: library.func('int sethostname(const char *name, size_t length)'),
};

export function setns(fd: number, type: number): void {
  checked('setns', calls.setns(fd, type));
}

/** Moves this thread alone into new namespaces. */
export function unshare(flags: number): void {
  checked('unshare', calls.unshare(flags));
}

export function mount(source: string, target: string, flags: number): void {
  checked('mount', calls.mount(source, target, null, flags, null));
}

/** Gone from the tree at once, even where it is in use. */
export function unmount(target: string): void {
  checked('umount2', calls.umount2(target, MNT_DETACH));
}

export function setHostName(name: string): void {
  checked('sethostname', calls.sethostname(name, Buffer.byteLength(name)));
}
