import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GuestAgent } from './guest-agent.mjs';

/** What weft does, done by hand with ip, tc and QEMU: the yardstick for wires and guests. Needs root. */
export class HandWired {
  folder;
  #spaces = [];
  #guests = [];
  #made = 0;
  #classifier;

  constructor(folder) {
    this.folder = folder;
    mkdirSync(folder);
  }

  /** A network namespace with its loopback up; its name. */
  space(purpose) {
    const name = `weft-bench-${process.pid}-${purpose}`;
    ip('netns', 'add', name);
    this.#spaces.push(name);
    ip('-n', name, 'link', 'set', 'lo', 'up');
    return name;
  }

  veth([space, name], [otherSpace, other]) {
    ip(
      '-n',
      space,
      'link',
      'add',
      name,
      'numtxqueues',
      '1',
      'numrxqueues',
      '1',
      'type',
      'veth',
      'peer',
      'name',
      other,
      'netns',
      otherSpace,
    );
    ip('-n', space, 'link', 'set', name, 'up');
    ip('-n', otherSpace, 'link', 'set', other, 'up');
  }

  address(space, name, address) {
    ip('-n', space, 'address', 'add', address, 'dev', name);
  }

  /** TAPs that a QEMU without privileges may open by name. */
  taps(space, names) {
    const lines = names.map((name) => `tuntap add dev ${name} mode tap vnet_hdr user 0\nlink set ${name} up mtu 65521`);
    execFileSync('ip', ['-n', space, '-batch', '-'], { input: `${lines.join('\n')}\n` });
  }

  /** Frames of two interfaces go over to each other. */
  join(space, a, b) {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ]) {
      tc(space, 'qdisc', 'add', 'dev', from, 'ingress');
      const filter = (classifier) => [
        'filter',
        'add',
        'dev',
        from,
        'ingress',
        'protocol',
        'all',
        ...classifier,
        ...redirectTo(to),
      ];
      if (this.#classifier === undefined) {
        try {
          tc(space, ...filter(['matchall']));
          this.#classifier = ['matchall'];
          continue;
        } catch {
          this.#classifier = ['u32', 'match', 'u32', '0', '0'];
        }
      }
      tc(space, ...filter(this.#classifier));
    }
  }

  /** Runs a command in a namespace; what it printed. */
  run(space, ...argv) {
    return execFileSync('ip', ['netns', 'exec', space, ...argv], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  }

  /**
   * Starts a node's own script as the engine does, in the environment that the engine gave it, but for the sockets' folder and the
   * netdevs. Resolves with the guest once its agent answers.
   */
  async guest(lab, node, environment, space, netdevs) {
    const run = join(this.folder, `guest-${node}-${this.#made++}`);
    mkdirSync(run);
    const env = {
      ...environment,
      WEFT_RUN: run,
      ...Object.fromEntries(netdevs.map((netdev, at) => [`WEFT_NETDEV_${at}`, netdev])),
    };
    const log = openSync(join(run, 'log'), 'w');
    const argv = [...(space === undefined ? [] : ['nsenter', `--net=/run/netns/${space}`]), join(lab.directory, node)];
    const child = spawn(argv[0], argv.slice(1), { cwd: lab.directory, env, stdio: ['ignore', log, log] });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    this.#guests.push({ child, ended });
    const failure = ended.then((code) => {
      throw new Error(`${node} ended with ${code}: ${readFileSync(join(run, 'log'), 'utf8')}`);
    });
    failure.catch(() => undefined);
    const agent = await Promise.race([GuestAgent.reach(join(run, 'agent.sock')), failure]);
    return { pid: child.pid, agent };
  }

  /** Ends all guests, by their numbers. */
  async endGuests() {
    for (const { child } of this.#guests) child.kill('SIGKILL');
    await Promise.all(this.#guests.map(({ ended }) => ended));
    this.#guests = [];
  }

  async close() {
    await this.endGuests();
    for (const name of this.#spaces) {
      const left = execFileSync('ip', ['netns', 'pids', name], { encoding: 'utf8' });
      for (const pid of left.split('\n').filter(Boolean)) process.kill(Number(pid), 'SIGKILL');
      ip('netns', 'delete', name);
    }
    this.#spaces = [];
  }
}

function redirectTo(name) {
  return ['action', 'mirred', 'egress', 'redirect', 'dev', name];
}

function ip(...words) {
  execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'] });
}

function tc(space, ...words) {
  execFileSync('tc', ['-n', space, ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
}
