import type { Commands } from '../../boundary/commands.ts';
import type { Driver, DriverCapabilities, DriverNode, NodeHandle } from '../../boundary/driver.ts';
import type { Files } from '../../boundary/files.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { Kernel, NodeProcess } from '../../boundary/kernel.ts';
import { tryAccelerators } from './accelerator.ts';
import { type LaunchPlaces, launchAsWritten, launchBundled, logOf } from './launch.ts';
import { type NodeRunFiles, nodeRunFiles } from './node-run-directory.ts';
import { qemuHandle } from './qemu-handle.ts';
import { QemuNode, type QemuParts } from './qemu-node.ts';
import { scriptHandle } from './script-handle.ts';
import { parseScriptHeader, type ScriptHeader } from './script-header.ts';

export interface QemuDriverParts extends QemuParts, LaunchPlaces {
  readonly files: Files;
  readonly kernel: Pick<Kernel, 'relay' | 'hand' | 'signal' | 'stopped'>;
  readonly commands: Commands;
}

/** How long the logs of a node were before it was started. Bytes. */
interface LogLengths {
  readonly consoleFrom: number;
  readonly logFrom: number;
}

/** An adopted node may have become ready at any time: all of its console counts. */
const ADOPTED: LogLengths = { consoleFrom: 0, logFrom: 0 };

/** Runs QEMU, or whatever else a template makes of a node. A script with weft's header is plugged and steered; any other runs as if by hand. */
export function qemuDriver(parts: QemuDriverParts): Driver {
  return new QemuDriver(parts);
}

class QemuDriver implements Driver {
  readonly #parts: QemuDriverParts;
  readonly #starts = new Map<string, LogLengths>();
  /** Tried once, before the first start. */
  #accelerator: Promise<string | undefined> | undefined;
  #tried: string | undefined;

  constructor(parts: QemuDriverParts) {
    this.#parts = parts;
  }

  capabilities(script: string): DriverCapabilities {
    const header = headerOf(script);
    const ours = header !== undefined;
    return {
      wires: ours,
      carrier: ours,
      exec: header?.agent ?? false,
      console: true,
      monitor: true,
      hotplug: header?.hotplug ?? false,
      seeded: header?.seed ?? false,
      boots: true,
    };
  }

  async prepare(node: DriverNode): Promise<void> {
    const { commands, environment, files, logs } = this.#parts;
    this.#accelerator ??= environment['WEFT_ACCEL'] ? Promise.resolve(environment['WEFT_ACCEL']) : tryAccelerators(commands);
    this.#tried = await this.#accelerator;
    const run = runFilesOf(node);
    await Promise.all(
      [run.console, run.aux, run.monitor, run.qmp, run.plug, run.agent, run.bootLog].map((path) => files.remove(path)),
    );
    if (headerOf(node.script)?.seed === true) await this.#writeSeed(node, run.seed);
    this.#starts.set(node.run, { consoleFrom: await logs.size(run.consoleLog), logFrom: await logs.size(logOf(node)) });
  }

  async #writeSeed({ seed }: DriverNode, folder: string): Promise<void> {
    const { files } = this.#parts;
    await files.remove(folder);
    await files.makeDirectory(folder, 0o700);
    for (const [name, text] of (await seed?.()) ?? []) await files.replace(`${folder}/${name}`, text, { mode: 0o600 });
  }

  launch(node: DriverNode) {
    return headerOf(node.script) === undefined
      ? launchAsWritten(node, this.#parts)
      : launchBundled(node, { ...this.#parts, accelerator: this.#tried, seed: seedOf(node) });
  }

  attach(node: DriverNode, found: NodeProcess, exited: Promise<unknown>): NodeHandle {
    const { clock, kernel } = this.#parts;
    const header = headerOf(node.script);
    const lengths = this.#starts.get(node.run) ?? ADOPTED;
    this.#starts.delete(node.run);
    if (header === undefined) return scriptHandle(node, found.pid, kernel);
    const process = { node: node.node.name, header, files: runFilesOf(node), log: logOf(node), ...lengths, exited };
    return qemuHandle(QemuNode.hold(this.#parts, process), process, { hand: (...talk) => kernel.hand(...talk), clock });
  }
}

/** The folder of its seed, where its template has one. */
function seedOf(node: DriverNode): string | undefined {
  return headerOf(node.script)?.seed === true ? runFilesOf(node).seed : undefined;
}

function runFilesOf(node: DriverNode): NodeRunFiles {
  return nodeRunFiles(node.run, `${node.directory}/${node.node.name}.console.log`);
}

function headerOf(script: string): ScriptHeader | undefined {
  const header = parseScriptHeader(script);
  if (header?.driver !== 'namespace') return header;
  throw new HostError('bad-header', 'the template of a virtual machine says driver=namespace', {
    hint: 'give the node qn_kind="namespace", or choose another template',
  });
}
