import { EXIT } from '../exit-codes.ts';
import { runningLab } from '../lab/change-lab.ts';
import { outputInNode } from '../lab/output-in-node.ts';
import { routesIn, routeTable } from '../route-table.ts';
import type { Verb } from '../verb.ts';

export const routesVerb: Verb = {
  name: 'routes',
  summary: 'the IPv4 routing table of a node, as its kernel has it',
  help: `In the form of route(8): U the route is up, G it has a gateway, H it leads to a single host.

Examples:
  weft routes sys-net
  weft routes work --json`,
  positional: [{ syntax: '<node>', meaning: 'the node', completes: 'node' }],
  shares: ['json'],
  async run(context, words, voice) {
    const connection = await runningLab(context, words);
    const routes = routesIn(await outputInNode(context, connection, words.positional[0] ?? '', ['cat', '/proc/net/route']));
    if (words.flag('json')) voice.printJson(routes);
    else voice.printAll(routeTable(routes));
    return EXIT.ok;
  },
};
