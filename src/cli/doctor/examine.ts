import type { Commands } from '../../boundary/commands.ts';
import type { Files } from '../../boundary/files.ts';
import { type Distribution, installCommand, readDistribution } from './distribution.ts';
import { REQUIREMENTS, type Requirement } from './requirements.ts';

export interface Finding {
  readonly name: string;
  /** `limited`: weft works without it, with less. */
  readonly state: 'ok' | 'limited' | 'missing';
  /** What was found. */
  readonly found: string;
  /** What it is for; where something is wrong, what does not work. */
  readonly purpose: string;
  /** What to do about it, where it is not the packages. */
  readonly fix?: string;
}

export interface Examination {
  readonly distribution: Distribution;
  readonly findings: readonly Finding[];
  /** System packages that are missing. */
  readonly packages: readonly string[];
  /** The command that installs them. */
  readonly install: readonly string[] | undefined;
}

interface Machine {
  readonly files: Files;
  readonly commands: Commands;
}

/** Looks at the machine: what labs need, what is there, what to do. Changes nothing. */
export async function examine(
  machine: Machine,
  facts: { nodeVersion: string; isRoot: boolean; imageBuilt: boolean },
): Promise<Examination> {
  const distribution = readDistribution(await machine.files.readTextIfThere('/etc/os-release'));
  const missing = await missingRequirements(machine, REQUIREMENTS);
  const packages = missing.flatMap((requirement) =>
    distribution.manager === undefined ? [] : requirement.packages[distribution.manager],
  );
  const findings = [
    { name: 'Node.js', state: 'ok', found: facts.nodeVersion, purpose: 'runs weft' } as const,
    ...REQUIREMENTS.map((requirement) => programFinding(requirement, missing.includes(requirement))),
    ...(await Promise.all([
      kvm(machine),
      tun(machine),
      userNamespaces(machine, facts.isRoot),
      netem(machine, facts.isRoot),
      memory(machine),
    ])),
    smallGuest(facts.imageBuilt),
  ];
  return { distribution, findings, packages, install: installCommand(distribution.manager, packages) };
}

/** Those of the requirements that this machine does not meet. */
export async function missingRequirements(
  { files, commands }: Machine,
  wanted: readonly Requirement[],
): Promise<readonly Requirement[]> {
  const met = await Promise.all(
    wanted.map(async ({ programs, anyFile }) => {
      const found = await Promise.all((programs ?? []).map((program) => commands.find(program)));
      const there = await Promise.all((anyFile ?? []).map((path) => files.exists(path)));
      return found.every((path) => path !== undefined) && (there.length === 0 || there.includes(true));
    }),
  );
  return wanted.filter((_, index) => met[index] === false);
}

function programFinding(requirement: Requirement, isMissing: boolean): Finding {
  const { name, programs, purpose, need } = requirement;
  if (!isMissing) return { name, state: 'ok', found: programs?.join(', ') ?? 'found', purpose };
  return { name, state: need === 'some' ? 'limited' : 'missing', found: 'not found', purpose };
}

async function kvm({ files, commands }: Machine): Promise<Finding> {
  const purpose = 'virtual machines at full speed; without it QEMU emulates, some ten times slower';
  if (!(await files.exists('/dev/kvm'))) {
    return {
      name: '/dev/kvm',
      state: 'limited',
      found: 'not there',
      purpose,
      fix: 'turn on virtualisation in the firmware, or nested virtualisation in the hypervisor',
    };
  }
  if ((await commands.run(['grep', '-qwE', 'vmx|svm', '/proc/cpuinfo'])).code !== 0) {
    return {
      name: '/dev/kvm',
      state: 'limited',
      found: 'there, but the processor does not help it, so it is not used',
      purpose,
      fix: 'turn on nested virtualisation in the hypervisor, or try WEFT_ACCEL=kvm',
    };
  }
  if (await opens(commands, '/dev/kvm')) return { name: '/dev/kvm', state: 'ok', found: 'open to you', purpose };
  return {
    name: '/dev/kvm',
    state: 'limited',
    found: 'closed to you',
    purpose,
    fix: 'sudo usermod -aG kvm $USER, then log in again',
  };
}

async function tun({ files, commands }: Machine): Promise<Finding> {
  const purpose = 'fast wires to virtual machines; without it they fall back to unix sockets';
  if (!(await files.exists('/dev/net/tun')))
    return { name: '/dev/net/tun', state: 'limited', found: 'not there', purpose, fix: 'sudo modprobe tun' };
  if (await opens(commands, '/dev/net/tun')) return { name: '/dev/net/tun', state: 'ok', found: 'open to you', purpose };
  return {
    name: '/dev/net/tun',
    state: 'limited',
    found: 'closed to you',
    purpose,
    fix: 'sudo chmod 0666 /dev/net/tun, as udev does on most machines',
  };
}

async function userNamespaces({ commands }: Machine, isRoot: boolean): Promise<Finding> {
  const name = 'namespaces';
  const purpose = 'every lab runs in namespaces of its own';
  if ((await commands.find('unshare')) === undefined) return { name, state: 'missing', found: 'unshare is missing', purpose };
  const words = isRoot
    ? ['unshare', '--net', '--mount', '--pid', '--fork', 'true']
    : ['unshare', '--user', '--map-root-user', '--net', '--mount', '--pid', '--fork', 'true'];
  const result = await commands.run(words);
  if (result.code === 0) return { name, state: 'ok', found: isRoot ? 'as root' : 'user namespaces', purpose };
  return {
    name,
    state: 'missing',
    found: result.stderr.trim().split('\n')[0] ?? 'refused',
    purpose,
    fix: isRoot
      ? 'this container lacks CAP_SYS_ADMIN: run it privileged'
      : 'sudo sysctl -w kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0 (those that exist), or run weft as root',
  };
}

/** Tried in a namespace that ends at once. */
async function netem({ commands }: Machine, isRoot: boolean): Promise<Finding> {
  const name = 'netem';
  const purpose = 'delay, loss and the like of links; bandwidth and cuts work without it';
  const unshare = ['unshare', ...(isRoot ? [] : ['--user', '--map-root-user']), '--net'];
  const programs = await Promise.all(['unshare', 'tc'].map((program) => commands.find(program)));
  const trial = [...unshare, 'tc', 'qdisc', 'add', 'dev', 'lo', 'root', 'netem'];
  if (programs.every((path) => path !== undefined) && (await commands.run(trial)).code === 0) {
    return { name, state: 'ok', found: 'in the kernel', purpose };
  }
  return { name, state: 'limited', found: 'not found', purpose, fix: 'sudo modprobe sch_netem (CONFIG_NET_SCH_NETEM)' };
}

async function memory({ files }: Machine): Promise<Finding> {
  const text = (await files.readTextIfThere('/proc/meminfo')) ?? '';
  const kilobytes = Number(/^MemAvailable:\s+(\d+)/m.exec(text)?.[1] ?? 0);
  const gigabytes = kilobytes / 1024 / 1024;
  const purpose = 'a small guest takes some 150 MB, a namespace node half of one';
  return { name: 'memory', state: gigabytes < 0.5 ? 'limited' : 'ok', found: `${gigabytes.toFixed(1)} GB free`, purpose };
}

function smallGuest(isBuilt: boolean): Finding {
  const purpose = 'the guest of the template small';
  if (isBuilt) return { name: 'small guest', state: 'ok', found: 'built', purpose };
  return {
    name: 'small guest',
    state: 'limited',
    found: 'not built yet',
    purpose,
    fix: 'weft image build; up does it by itself',
  };
}

async function opens(commands: Commands, device: string): Promise<boolean> {
  return (await commands.run(['sh', '-c', `: <>${device}`])).code === 0;
}
