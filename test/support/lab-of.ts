import { connectionLinks, type DesiredState, wiredSpec } from '../../src/engine/desired/desired-state.ts';
import { Lab } from '../../src/engine/lab.ts';
import { momentaryLinks } from '../../src/engine/links/momentary-links.ts';
import { RoutedLab } from '../../src/engine/uplinks/routed-lab.ts';
import { isGenerated } from '../../src/model/topology.ts';

/** The lab that an engine compiles from a desired state on a machine that can do everything; nodes in `running` have a process. */
export function labOf(state: DesiredState, running: readonly string[] = [], before?: Lab): Lab {
  const spec = wiredSpec(state);
  const capabilities = {
    wires: true,
    carrier: true,
    exec: true,
    console: true,
    monitor: true,
    hotplug: true,
    seeded: false,
    boots: false,
  };
  const lab = new Lab({
    spec,
    connections: connectionLinks(state),
    scripts: new Map(spec.topology.nodes.filter(isGenerated).map(({ name }) => [name, { text: '', capabilities }])),
    abilities: { namespaces: true, tap: true, host: true, classifier: 'u32', netem: true, tbf: true },
    socketFolder: '/run/lab/wires',
    momentary: momentaryLinks(),
    routed: RoutedLab.of(state),
    before,
  });
  for (const record of lab.records.values()) {
    record.wanted = state.running.has(record.name);
    if (running.includes(record.name)) record.process = { node: record.name, pid: 1 } as NonNullable<typeof record.process>;
  }
  return lab;
}
