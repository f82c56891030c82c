import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DriverNode, NodeHandle, PortPlug } from '../../src/boundary/driver.ts';
import { EMPTY, type Kernel, type NodeProcess, PANEL } from '../../src/boundary/kernel.ts';
import { nodeRunFiles } from '../../src/drivers/qemu/node-run-directory.ts';
import { qemuDriver } from '../../src/drivers/qemu/qemu-driver.ts';
import { generate } from '../../src/generate/generate.ts';
import { systemClock } from '../../src/host/clock.ts';
import { systemCommands } from '../../src/host/commands.ts';
import { systemFiles } from '../../src/host/files.ts';
import { systemGrowingFiles } from '../../src/host/growing-files.ts';
import { systemStreams } from '../../src/host/streams.ts';
import type { TopologyNode } from '../../src/model/topology.ts';
import { bundledTemplates } from '../support/bundled-templates.ts';
import { smallGuest } from '../support/small-guest.ts';

/** A node that runs in the worker's sandbox, as the engine would start it. */
export interface PlugGuest {
  readonly process: NodeProcess;
  /** A new one each time, as after a restart of the engine. */
  attach(): NodeHandle;
  /** Where its sockets are. */
  readonly run: string;
}

/** Starts the small guest with one cold-plugged port, `first`, and waits for nothing. */
export async function startPlugGuest(kernel: Kernel, folder: string, name: string): Promise<PlugGuest> {
  const node: TopologyNode = { name, kind: 'vm', template: 'small', attributes: {}, labelPorts: [] };
  const link = { id: `${name}:first--h:x`, tail: { node: name, port: 'first' }, head: { node: 'h', port: 'x' }, attributes: {} };
  const topology = { name: 'plugs', attributes: {}, nodes: [node, { ...node, name: 'h' }], links: [link] };
  const script = generate({ topology, templates: bundledTemplates }).files.find((file) => file.name === name);
  if (script === undefined) throw new Error(`no script for ${name}`);
  writeFileSync(join(folder, name), script.text);
  chmodSync(join(folder, name), 0o755);
  const run = join(folder, `run-${name}`);
  mkdirSync(run, { mode: 0o700 });
  const setpriv = await systemCommands.find('setpriv');
  const driver = () =>
    qemuDriver({
      ...{ streams: systemStreams, clock: systemClock, logs: systemGrowingFiles, files: systemFiles, commands: systemCommands },
      ...{ kernel, small: smallGuest, setpriv, environment: process.env },
    });
  const started: DriverNode = {
    ...{ lab: 'plugs', node, directory: folder, files: folder, run, script: script.text },
    ports: [{ name: 'first', ...(await tapPlug(kernel, `${name}-first`)) }],
    netns: EMPTY,
    tcp: { console: undefined, monitor: undefined },
    abilities: kernel.abilities,
  };
  const first = driver();
  await first.prepare(started);
  const [outcome] = await kernel.spawn([first.launch(started)]);
  if (outcome === undefined || !('pid' in outcome)) throw new Error(`${name} did not start: ${outcome?.message}`);
  return { process: outcome, run, attach: () => driver().attach(started, outcome, new Promise(() => undefined)) };
}

/** A TAP of that name in the panel, made if it is not there, as a port's wire. */
export async function tapPlug(kernel: Kernel, tap: string): Promise<Pick<PortPlug, 'netdev' | 'descriptor'>> {
  const alias = `weft plugs ${tap}`;
  const outcomes = await kernel.run([{ op: 'tap-add', netns: PANEL, name: tap, alias, mtu: 1500, up: true }]);
  if (outcomes[0] !== undefined) throw new Error(outcomes[0].message);
  return { netdev: 'tap,fd={fd}', descriptor: { kind: 'tap', netns: PANEL, name: tap } };
}

/** The socket of its monitor for descriptors. */
export function plugSocket(guest: PlugGuest): string {
  return nodeRunFiles(guest.run, '').plug;
}
