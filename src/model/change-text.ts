import type { AttributeChanges, Change, ChangedEnd } from './change.ts';

/** An edit of the desired state as people read it. */
export function changeText(change: Change): string {
  switch (change.change) {
    case 'create':
      return `create ${change.node}${attributesText(change.attributes)}`;
    case 'clone':
      return `clone ${change.node} from ${change.from}`;
    case 'remove':
      return `remove ${change.node}`;
    case 'node':
      return `change ${change.node}${attributesText(change.attributes)}`;
    case 'graph':
      return `change the lab${attributesText(change.attributes)}`;
    case 'attach':
      return `attach ${endText(change.tail)} -- ${endText(change.head)}${attributesText(change.attributes)}`;
    case 'detach':
      return `detach ${change.link}`;
    case 'link':
      return `change ${change.link}${attributesText(change.attributes)}`;
  }
}

function endText({ node, port }: ChangedEnd): string {
  return port === undefined ? node : `${node}:${port}`;
}

function attributesText(attributes: AttributeChanges): string {
  const words = Object.entries(attributes).map(([name, value]) => (value === null ? `without ${name}` : `${name}=${value}`));
  return words.length === 0 ? '' : `: ${words.join(', ')}`;
}
