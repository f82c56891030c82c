import type { Commands } from '../../boundary/commands.ts';
import { HostError } from '../../boundary/host-error.ts';
import { type PacketFilter, parseFilter } from '../../capture/packet-filter.ts';
import { decodeUtf8 } from '../../model/utf8.ts';

/** Compiles an expression of pcap-filter(7) for Ethernet by tcpdump itself. Rejects with a HostError: `filter`, in tcpdump's own words, or `ENOENT`. */
export async function compileFilter(commands: Commands, expression: string): Promise<PacketFilter> {
  const program = await commands.find('tcpdump');
  if (program === undefined) {
    throw new HostError('ENOENT', 'filters are compiled by tcpdump, which this machine lacks', {
      hint: 'install the package tcpdump, or capture without a filter',
    });
  }
  // One word, after --: nothing of the expression can be an option of tcpdump.
  const { code, stdout, stderr } = await commands.run([program, '-ddd', '-y', 'EN10MB', '--', expression]);
  const filter = code === 0 ? parseFilter(decodeUtf8(stdout)) : undefined;
  if (filter !== undefined) return filter;
  const said = stderr
    .split('\n')
    .map((line) => line.replace(/^tcpdump: /, '').trim())
    .filter((line) => line !== '' && !line.startsWith('Warning:'));
  throw new HostError('filter', `the filter ${JSON.stringify(expression)} is wrong: ${said.join('; ') || 'tcpdump refused it'}`, {
    hint: 'man pcap-filter explains the language',
  });
}
