import koffi from 'koffi';
import { SyscallError } from '../libc/syscall-error.ts';

/** posix_spawn(3), glibc 2.29 or musl 1.1.24 and later. The child starts in the namespaces of the calling thread. */
const library = koffi.load(null);
const actionsInit = library.func('int posix_spawn_file_actions_init(void *actions)');
const actionsDup2 = library.func('int posix_spawn_file_actions_adddup2(void *actions, int fd, int to)');
const actionsChdir = library.func('int posix_spawn_file_actions_addchdir_np(void *actions, const char *path)');
const actionsDestroy = library.func('int posix_spawn_file_actions_destroy(void *actions)');
const attributesInit = library.func('int posix_spawnattr_init(void *attributes)');
const attributesFlags = library.func('int posix_spawnattr_setflags(void *attributes, short flags)');
const attributesDefault = library.func('int posix_spawnattr_setsigdefault(void *attributes, const void *signals)');
const attributesMask = library.func('int posix_spawnattr_setsigmask(void *attributes, const void *signals)');
const attributesDestroy = library.func('int posix_spawnattr_destroy(void *attributes)');
const spawn = library.func(
  'int posix_spawn(_Out_ int *pid, const char *path, const void *actions, const void *attributes, const char **argv, const char **environment)',
);

/** spawn.h */
const POSIX_SPAWN_SETSIGDEF = 0x04;
const POSIX_SPAWN_SETSIGMASK = 0x08;
const POSIX_SPAWN_SETSID = 0x80;

/** Larger than the C libraries' structures (sigset_t: 128, posix_spawnattr_t: 336, posix_spawn_file_actions_t: 80 bytes). */
const signals: Buffer = Buffer.alloc(256);
const everySignal: Buffer = Buffer.alloc(256, 0xff);

export interface SpawnOptions {
  /** Absolute path of the program. */
  readonly program: string;
  readonly argv: readonly string[];
  /** NAME=VALUE. */
  readonly environment: readonly string[];
  readonly directory: string;
  /** Becomes descriptors 0, 1, 2... of the child; each must be closed on exec and numbered above this list's length. */
  readonly descriptors: readonly number[];
}

/** Starts a program as the leader of a session of its own, signals as a shell would leave them. Its number; the caller reaps it. */
export function spawnProcess({ program, argv, environment, directory, descriptors }: SpawnOptions): number {
  const actions = Buffer.alloc(256);
  const attributes = Buffer.alloc(1024);
  checked(actionsInit(actions), 'posix_spawn_file_actions_init');
  checked(attributesInit(attributes), 'posix_spawnattr_init');
  try {
    for (const [to, fd] of descriptors.entries()) checked(actionsDup2(actions, fd, to), 'posix_spawn_file_actions_adddup2');
    checked(actionsChdir(actions, directory), 'posix_spawn_file_actions_addchdir_np');
    checked(
      attributesFlags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID),
      'posix_spawnattr_setflags',
    );
    checked(attributesDefault(attributes, everySignal), 'posix_spawnattr_setsigdefault');
    checked(attributesMask(attributes, signals), 'posix_spawnattr_setsigmask');
    const pid: [number] = [0];
    checked(spawn(pid, program, actions, attributes, [...argv, null], [...environment, null]), 'posix_spawn');
    return pid[0];
  } finally {
    actionsDestroy(actions);
    attributesDestroy(attributes);
  }
}

/** These calls return the errno itself. */
function checked(errno: number, call: string): void {
  if (errno !== 0) throw new SyscallError(errno, call);
}
