import { UsageError } from '../complaints.ts';
import { EXIT } from '../exit-codes.ts';
import { resolvePath } from '../paths.ts';
import type { Verb } from '../verb.ts';

export const imageVerb: Verb = {
  name: 'image',
  summary: 'the small guest: show whether it is built, or build it',
  help: `The template small boots a kernel and a root file system made from Debian packages. up and start build them when they are
needed for the first time; the packages come from the machine's apt, or from the Debian mirror that the environment variable
WEFT_DEBIAN_MIRROR names. Building again is needed only when the recipe changes, and then done by itself.

Examples:
  weft image                     # is it built, and where
  weft image build
  weft image build --disk guest.img   # a disk that boots the same guest by UEFI`,
  positional: [{ syntax: '[action]', meaning: 'build, or status where left out', completes: 'image-action' }],
  options: [
    { flags: '-f, --force', meaning: 'look for newer packages, and build although the image is up to date' },
    { flags: '--disk <file>', meaning: 'also write a bootable disk image', completes: 'path' },
  ],
  shares: ['json'],
  async run(context, words, voice) {
    const [action = 'status'] = words.positional;
    const guest = await context.smallGuest();
    if (action === 'status') {
      const built = await guest.isBuilt();
      if (words.flag('json')) voice.printJson({ built, folder: guest.folder });
      else voice.print(built ? `built: ${guest.folder}` : 'not built yet: weft image build');
      return EXIT.ok;
    }
    if (action !== 'build') throw new UsageError(`image takes build or status, not ${action}`);
    const report = (step: string) => voice.info(`Small guest: ${step}`);
    await guest.build({ force: words.flag('force'), report });
    const disk = words.text('disk');
    if (disk !== undefined) await guest.writeDisk(resolvePath(context.directory, disk), report);
    if (words.flag('json')) voice.printJson({ built: true, folder: guest.folder });
    else voice.print(guest.folder);
    return EXIT.ok;
  },
};
