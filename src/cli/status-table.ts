import type { NodeState, NodeStatus } from '../model/lab-status.ts';
import type { Paint } from './paint.ts';
import { textTable } from './text-table.ts';
import { printable } from './visible-width.ts';

/** The table of `qeneth status`: NODE PID CNSOL MONTR. The PID is a number, `stopped` or `lost`; a port that does not listen is empty. */
export function qenethStatusTable(nodes: readonly NodeStatus[]): string[] {
  const width = nodes.reduce((widest, { name }) => Math.max(widest, name.length), 8);
  const row = (name: string, pid: string, console: string, monitor: string) =>
    `${name.padEnd(width)}  ${pid.padStart(8)}  ${console.padStart(5)}  ${monitor.padStart(5)}`.trimEnd();
  return [
    row('NODE', 'PID', 'CNSOL', 'MONTR'),
    ...nodes.map((node) => row(node.name, pidOf(node), portOf(node.console), portOf(node.monitor))),
  ];
}

/** The table of `weft status`. Columns that no node fills are left out. */
export function statusTable(nodes: readonly NodeStatus[], paint: Paint): string[] {
  const hasTcp = nodes.some((node) => node.console !== undefined || node.monitor !== undefined);
  const hasPorts = nodes.some((node) => node.ports.length > 0);
  const hasReason = nodes.some((node) => node.reason !== undefined);
  const columns = [
    { title: 'NODE' },
    { title: 'KIND' },
    { title: 'STATE' },
    { title: 'PID', align: 'right' as const },
    ...(hasTcp
      ? [
          { title: 'CONSOLE', align: 'right' as const },
          { title: 'MONITOR', align: 'right' as const },
        ]
      : []),
    ...(hasPorts ? [{ title: 'PORTS' }] : []),
    ...(hasReason ? [{ title: 'REASON' }] : []),
  ];
  const rows = nodes.map((node) => [
    node.name,
    node.template === '' || node.template === node.kind ? node.kind : `${node.kind} ${paint.dim(node.template)}`,
    paintState(node.state, paint),
    node.pid === undefined ? '-' : String(node.pid),
    ...(hasTcp ? [portOf(node.console) || '-', portOf(node.monitor) || '-'] : []),
    ...(hasPorts ? [portsOf(node, paint)] : []),
    ...(hasReason ? [firstLine(node.reason ?? '')] : []),
  ]);
  return textTable(columns, rows);
}

/** A state in its colour: running green, starting amber, lost red, the rest faint. */
function paintState(state: NodeState, paint: Paint): string {
  switch (state) {
    case 'running':
      return paint.green(state);
    case 'starting':
    case 'paused':
      return paint.yellow(state);
    case 'lost':
      return paint.red(state);
    case 'stopped':
      return paint.dim(state);
  }
}

function portsOf(node: NodeStatus, paint: Paint): string {
  const runs = node.state === 'running' || node.state === 'starting';
  return node.ports
    .map((port) => {
      if (port.link === 'off') return paint.red(`${port.name}(off)`);
      return runs && !port.carrier ? paint.yellow(`${port.name}(no carrier)`) : port.name;
    })
    .join(' ');
}

function pidOf(node: NodeStatus): string {
  if (node.state === 'lost') return 'lost';
  return node.pid === undefined ? 'stopped' : String(node.pid);
}

function portOf(port: number | undefined): string {
  return port === undefined ? '' : String(port);
}

function firstLine(text: string): string {
  return printable(text.split('\n', 1)[0] ?? '').replace(/:$/, '');
}
