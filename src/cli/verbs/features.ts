import { Refusal, UsageError } from '../complaints.ts';
import { EXIT } from '../exit-codes.ts';
import { changeNode, runningLab } from '../lab/change-lab.ts';
import { desiredNode } from '../lab/desired-node.ts';
import type { Verb } from '../verb.ts';

const PREFIX = 'feature.';

export const featuresVerb: Verb = {
  name: 'features',
  summary: 'show, set and unset the features of a node',
  help: `Without a feature, lists all of a node's; with one, prints its value; with a value, sets it; --unset takes it away. What a feature
changes is changed at once. The feature attach-network-to of a backend names frontends, one a line, each with a MAC where wanted: an
Ethernet link to each is plugged as soon as both run, the backend's interface named after the frontend. While a change of netvm waits for
its node to go on, the feature deferred-netvm-original is there and says which one it had.

Examples:
  weft features router
  weft features B attach-network-to F
  weft features B attach-network-to 'F frontend_mac=12:34:56:78:90:ab
  G'
  weft features --unset B attach-network-to`,
  positional: [
    { syntax: '<node>', meaning: 'the node', completes: 'node' },
    { syntax: '[feature]', meaning: 'the feature', completes: 'command' },
    { syntax: '[value]', meaning: 'its new value', completes: 'command' },
  ],
  options: [
    { flags: '--now', meaning: 'attach the uplinks that this changes again' },
    { flags: '-D, --unset', meaning: 'take the feature away' },
    { flags: '--delete', meaning: 'the same' },
  ],
  shares: ['json'],
  async run(context, words, voice) {
    const [name = '', feature, value] = words.positional;
    const unset = words.flag('unset') || words.flag('delete');
    if (unset && (feature === undefined || value !== undefined)) throw new UsageError('--unset needs a feature and no value');
    const connection = await runningLab(context, words);
    const { deferred, node } = await desiredNode(connection, name);
    const own = Object.entries(node.attributes).flatMap(([key, text]): [string, string][] =>
      key.startsWith(PREFIX) ? [[key.slice(PREFIX.length), text]] : [],
    );
    const original = deferred[name];
    const waiting: [string, string][] = original === undefined ? [] : [['deferred-netvm-original', original]];
    const features = Object.fromEntries([...own, ...waiting]);
    if (feature === undefined) {
      if (words.flag('json')) voice.printJson(features);
      else {
        const width = Math.max(0, ...Object.keys(features).map((key) => key.length));
        voice.printAll(Object.entries(features).map(([key, text]) => `${key.padEnd(width)}  ${text}`.trimEnd()));
      }
      return EXIT.ok;
    }
    if (unset || value !== undefined) {
      return await changeNode(voice, words, connection, {
        node: name,
        attributes: { [`${PREFIX}${feature}`]: value ?? null },
        done: value === undefined ? `${name} no longer has the feature ${feature}` : `Feature ${feature} of ${name} is set`,
      });
    }
    const text = features[feature];
    if (text === undefined) throw new Refusal(EXIT.failed, `${name} has no feature ${feature}`);
    voice.print(text);
    return EXIT.ok;
  },
};
