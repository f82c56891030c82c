import type { QubesLab } from '../../../boundary/qubes-lab.ts';
import { allQubes, type Qube } from '../qubes.ts';
import type { QubesEvent } from '../wire/event.ts';

/** Tells what qubes use, one event each, every so many milliseconds, until the function that it gives is called; at dom0 those of all that run. */
export function measure(lab: QubesLab, qube: Qube, interval: number, tell: (event: QubesEvent) => void): () => void {
  const before = new Map<string, { readonly at: number; readonly processorTime: number }>();
  let stopped = false;
  const round = async () => {
    const view = lab.view();
    const chosen = qube.class === 'AdminVM' ? allQubes(view) : [qube];
    for (const { name, node } of chosen) {
      if (node === undefined || view.activity(name) === 'halted') continue;
      const usage = await lab.usage(name);
      if (usage === undefined || stopped) continue;
      const at = lab.now();
      const last = before.get(name);
      before.set(name, { at, processorTime: usage.processorTime });
      const share =
        last === undefined || at <= last.at ? 0 : (usage.processorTime - last.processorTime) / ((at - last.at) * 10_000_000);
      const raw = Math.max(0, Math.round(share));
      tell({
        subject: name,
        event: 'vm-stats',
        parameters: [
          ['memory_kb', String(usage.memoryKib)],
          ['cpu_time', String(Math.round(usage.processorTime / 1e6))],
          ['cpu_usage', String(Math.round(raw / lab.machine.processors))],
          ['cpu_usage_raw', String(raw)],
        ],
      });
    }
  };
  const stop = lab.every(interval, round);
  return () => {
    stopped = true;
    stop();
  };
}
