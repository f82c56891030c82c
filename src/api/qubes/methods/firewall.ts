import { firewallOf } from '../../../model/firewall-of.ts';
import { firewallRuleText, firewallText } from '../../../model/firewall-text.ts';
import { FIREWALL, parseFirewall } from '../../../model/parse-firewall.ts';
import { faultsText } from '../../../model/text-fault.ts';
import { QubesError } from '../qubes-error.ts';
import { lines } from './listing.ts';
import { asciiPayload, changeNode, changing, type Methods, showing } from './method.ts';

/** Rules for what a qube sends (specs of Qubes networking, section 6). */
export const firewallMethods: Methods = {
  'admin.vm.firewall.Get': showing({ destination: 'qube' }, ({ lab, view, qube }) =>
    lines(firewallOf(view.topology, qube.node ?? { attributes: {} }, lab.now()).map(firewallRuleText)),
  ),
  'admin.vm.firewall.Set': changing({ destination: 'qube', payload: 'required' }, async (call) => {
    const text = asciiPayload(call);
    if (text === undefined) throw new QubesError('QubesValueError', 'Firewall rules contain non-ASCII characters');
    const { rules, faults } = parseFirewall(text);
    if (faults.length > 0) throw new QubesError('QubesValueError', faultsText(text, faults));
    await changeNode(call, { [FIREWALL]: firewallText(rules) });
  }),
  'admin.vm.firewall.Reload': changing({ destination: 'qube' }, async ({ lab, qube }) => {
    if (qube.node !== undefined) await lab.reloadFirewall(qube.name);
  }),
};
