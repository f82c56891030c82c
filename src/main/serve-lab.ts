import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { serveQubes } from '../api/qubes/server/qubes-server.ts';
import { documentRestSchema, labSpecSchema, recorderWishSchema, topologyChangesSchema } from '../api/schemas.ts';
import { answer } from '../api/server.ts';
import { streamTarget } from '../api/stream-targets.ts';
import { namespaceDriver } from '../drivers/namespace/namespace-driver.ts';
import { nodeRunDirectory } from '../drivers/qemu/node-run-directory.ts';
import { qemuDriver } from '../drivers/qemu/qemu-driver.ts';
import { openCaptureStream } from '../engine/capture/capture-streams.ts';
import { Captures } from '../engine/capture/captures.ts';
import { FlightRecorder } from '../engine/capture/flight-recorder.ts';
import { KeptWish } from '../engine/capture/recorder-wish.ts';
import { Consoles } from '../engine/console/consoles.ts';
import { DocumentStore } from '../engine/desired/document.ts';
import { LabEvents } from '../engine/events/lab-events.ts';
import { tellEvents } from '../engine/events/tell-events.ts';
import { LabEngine } from '../engine/lab-engine.ts';
import { systemClock } from '../host/clock.ts';
import { systemCommands } from '../host/commands.ts';
import { tryLock } from '../host/file-lock.ts';
import { systemFiles } from '../host/files.ts';
import { systemGrowingFiles } from '../host/growing-files.ts';
import { systemHttpServer } from '../host/http-server.ts';
import { startKernelWorker } from '../host/kernel/client.ts';
import { nameServerAsker } from '../host/names/ask-name-server.ts';
import { sysPciDevices } from '../host/pci-devices.ts';
import { systemReadTree } from '../host/read-tree.ts';
import { systemStreams } from '../host/streams.ts';
import { watchFile } from '../host/watch-file.ts';
import { slirpWayOut } from '../host/way-out.ts';
import { writeFileSet } from '../host/write-file-set.ts';
import { decodeBase64, encodeBase64 } from '../model/base64.ts';
import { cacheFolder, documentPath, installation } from './places.ts';
import { scriptSource } from './script-source.ts';

/** How long followers get to hear that the lab is taken down; one that does not read holds nobody up. Milliseconds. */
const FAREWELL = 1000;

/** Serves one lab in this process, inside the lab's sandbox, until it is told to end. Resolves once it listens. */
export async function serveLab(lab: string, run: string): Promise<void> {
  const lock = tryLock(`${run}/engine.lock`);
  if (lock === undefined) throw new Error(`another engine of lab ${lab} runs`);
  const log = (message: string) => process.stderr.write(`${new Date().toISOString()} ${message}\n`);
  const hostProc = `${run}/proc`;
  const workerPath = `${installation}/dist/kernel-worker.cjs`;
  const kernel = await startKernelWorker({ lab, workerPath, hostProc });
  const consoles = new Consoles(systemStreams, systemClock, systemGrowingFiles);
  const events = new LabEvents(Date.now);
  const engine = new LabEngine({
    lab,
    events,
    run,
    pid: hostPidOf(hostProc),
    kernel,
    files: systemFiles,
    clock: systemClock,
    time: () => Date.now() / 1000,
    consoles,
    wayOut: slirpWayOut(systemCommands),
    pci: sysPciDevices(),
    document: new DocumentStore(systemFiles, documentPath(process.env, lab), {
      spec: (untrusted) => labSpecSchema.parse(untrusted),
      changes: (untrusted) => topologyChangesSchema.parse(untrusted),
      rest: (untrusted) => documentRestSchema.parse(untrusted),
    }),
    scripts: scriptSource(systemFiles, process.env, installation),
    readTopology: async (source, options) => (await import('../dot/read-topology.ts')).readTopology(source, options),
    watchFile,
    writeFileSet,
    machine: { memoryMib: Math.floor(totalmem() / 1024 ** 2), processors: cpus().length },
    bootSlots: 2 * cpus().length,
    log,
    readTree: systemReadTree,
    askNameServer: nameServerAsker(kernel, run),
    nodeFolder: async (node) => {
      const folder = nodeRunDirectory(run, node);
      await systemFiles.makeDirectory(folder, 0o700);
      return folder;
    },
    drivers: {
      namespace: namespaceDriver(baseEnvironment(process.env), kernel),
      vm: qemuDriver({
        streams: systemStreams,
        clock: systemClock,
        logs: systemGrowingFiles,
        files: systemFiles,
        commands: systemCommands,
        kernel,
        small: `${cacheFolder(process.env)}/weft/images/small`,
        setpriv: await systemCommands.find('setpriv'),
        environment: process.env,
      }),
    },
  });
  const captures = new Captures({
    kernel,
    clock: systemClock,
    log,
    streams: systemStreams,
    commands: systemCommands,
    run,
    name: lab,
    lab: () => engine.captured,
  });
  events.listen(({ kind }) => {
    if (kind === 'link') captures.look();
  });
  const kept = new KeptWish(systemFiles, `${run}/recorder.json`, (untrusted) => recorderWishSchema.parse(untrusted));
  const recorder = new FlightRecorder({ captures, clock: systemClock, log, kept });
  await engine.adopt();
  await recorder.resume(engine.captured?.ports.map(({ label }) => label) ?? []);

  const handlers: Parameters<typeof answer>[1] = {
    status: (request) => engine.status(request),
    start: (request, emit) => engine.start(request, emit),
    stop: (request, emit) => engine.stop(request, emit),
    plan: (request) => engine.plan(request),
    apply: (request, emit) => engine.apply(request, emit),
    change: (request) => engine.change(request),
    reattach: (request) => engine.reattach(request),
    pause: (request) => engine.pause(request),
    desired: () => Promise.resolve(engine.desired()),
    read: (request) => engine.read(request),
    link: (request) => engine.link(request),
    down: async (_request, emit) => {
      const outcome = await engine.down(emit);
      // Whoever asked may end the sandbox as soon as the answer is there: those who follow hear of it before.
      const told = events.close('down');
      await systemClock.sleep(FAREWELL, told);
      // Their last lines leave with this turn.
      await systemClock.sleep(0);
      await recorder.off();
      await captures.close();
      return outcome;
    },
    conditions: (request) => engine.conditions(request),
    conformance: (request) => engine.conformance(request),
    exec: async ({ input, ...request }) => {
      const output = await engine.exec({ ...request, input: input === undefined ? undefined : decodeBase64(input) });
      const { code, truncated = false } = output;
      return { code, stdout: encodeBase64(output.stdout), stderr: encodeBase64(output.stderr), truncated };
    },
    events: ({ past, ...wish }, tell, asker) => tellEvents(events, wish, past === true, tell, asker),
    capture: ({ words, all }) => Promise.resolve(captures.meaning(words, all)),
    record: (request) => recorder.carryOut(request),
  };
  const bug = (failure: unknown) => log(`internal: ${failure instanceof Error ? failure.stack : String(failure)}`);
  const qubes = await serveQubes({ streams: systemStreams, clock: systemClock, lab: engine.qubes, run, bug, log });
  const listener = await systemHttpServer.listen(
    `${run}/api.sock`,
    async (exchange) => {
      const method = await answer(exchange, handlers, bug);
      return method === 'down' ? () => void end('down') : undefined;
    },
    (target) => {
      const wanted = streamTarget(target);
      if (wanted === undefined) return Promise.resolve(`there is no ${target}`);
      if ('node' in wanted) return Promise.resolve(engine.open(wanted.node, wanted.stream));
      return openCaptureStream(wanted, captures, recorder);
    },
  );

  /** Ends the engine; nodes that run go on. */
  const end = async (reason: 'down' | 'engine') => {
    void events.close(reason);
    engine.close();
    consoles.close();
    recorder.close();
    await captures.close();
    await listener.close();
    await qubes.close();
    await kernel.close();
    process.exit(0);
  };
  process.on('SIGTERM', () => void end('engine'));
  process.on('SIGINT', () => void end('engine'));
  log(`serving lab ${lab}`);
}

/** Our own process number on the machine: what the machine's /proc calls `self`. */
function hostPidOf(hostProc: string): number {
  return Number.parseInt(readFileSync(`${hostProc}/self/stat`, 'utf8'), 10);
}

/** What scripts of namespaces see of the engine's environment. */
function baseEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const kept = ['PATH', 'HOME', 'LANG', 'TERM', 'USER', 'SHELL', 'TMPDIR'];
  return Object.fromEntries(kept.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])));
}
