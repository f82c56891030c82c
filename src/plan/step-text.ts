import type { Step } from './step.ts';

/** A step as people read it, without its reason. */
export function stepText(step: Step): string {
  switch (step.action) {
    case 'terminate':
      return `end ${step.node}`;
    case 'restart':
      return `restart ${step.node}`;
    case 'launch':
      return `launch ${step.node}`;
    case 'pause':
      return `pause ${step.node}`;
    case 'resume':
      return `let ${step.node} go on`;
    case 'make-namespace':
      return `make the namespace ${step.node}`;
    case 'remove-namespace':
      return `remove the namespace ${step.node}`;
    case 'connect':
      return `connect ${endsText(step.link)}`;
    case 'disconnect':
      return `disconnect ${endsText(step.link)}`;
    case 'adjust':
      return `adjust ${endsText(step.link)}`;
    case 'condition':
      return `set the conditions of ${endsText(step.link)}`;
    case 'carrier':
      return `${step.on ? 'give carrier to' : 'take carrier from'} ${endsText(step.link)}`;
    case 'plug':
      return `plug ${step.node}:${step.port} in`;
    case 'unplug':
      return `unplug ${step.node}:${step.port}`;
  }
}

function endsText(link: string): string {
  return link.replace('--', ' -- ');
}
