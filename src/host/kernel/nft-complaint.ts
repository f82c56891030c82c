/** How many of nft's errors are told, and how much of a line. */
const most = { errors: 3, characters: 120 };

/** EMSGSIZE: one message carries the whole script, and only root may send larger ones than net.core.wmem_default (socket(7), SO_SNDBUFFORCE). */
const tooLong = 'Could not process rule: Message too long';

/** What nft(8) said of a script that it got on standard input, as one line: the errors, each with the line that it is about. */
export function nftComplaint(output: string, script: string): string {
  if (output.includes(tooLong)) return 'these are too many rules to be loaded at once by an ordinary user; root may load them';
  const lines = script.split('\n');
  const errors = [...output.matchAll(/^\/dev\/stdin:(\d+):\d+-\d+: Error: (.*)$/gm)].map(([, number, error]) => {
    const line = (lines[Number(number) - 1] ?? '').trim();
    const shown = line.length > most.characters ? `${line.slice(0, most.characters)}...` : line;
    return `line ${number}, ${JSON.stringify(shown)}: ${error}`;
  });
  const said = errors.length > 0 ? errors : output.split('\n').filter((line) => line.trim() !== '');
  return said.slice(0, most.errors).join('; ') || 'nft failed and said nothing';
}
