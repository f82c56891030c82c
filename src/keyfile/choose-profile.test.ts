import { expect, it } from 'vitest';
import { chooseProfile, namelessness } from './choose-profile.ts';
import { readProfile } from './read-profile.ts';

function found(file: string, connection: string, ethernet = '') {
  const { profile } = readProfile(`[connection]\nid=${file}\n${connection}\n[ethernet]\n${ethernet}\n`);
  if (profile === undefined) throw new Error(`${file} is broken`);
  return { file, profile };
}

const mac = '02:00:00:00:00:01';
const port = { name: 'F', mac };

it.each([
  ['by its name', [found('a', 'interface-name=G'), found('b', 'interface-name=F')], 'b'],
  [
    'by its MAC where no name is given',
    [found('a', '', 'mac-address=02:00:00:00:00:02'), found('b', '', `mac-address=${mac}`)],
    'b',
  ],
  [
    'not by the name alone where the MAC is another',
    [found('a', 'interface-name=F', 'mac-address=02:00:00:00:00:02')],
    undefined,
  ],
  ['not where its MAC is denied', [found('a', 'interface-name=F', `mac-address-blacklist=${mac}`)], undefined],
  ['not where nothing is named', [found('a', '')], undefined],
  ['not where autoconnect is off', [found('a', 'interface-name=F\nautoconnect=false')], undefined],
  ['not for another kind', [found('a', 'interface-name=F\ntype=bridge')], undefined],
  [
    'by the highest priority, the first of equals',
    [
      found('a', 'interface-name=F\nautoconnect-priority=-999'),
      found('b', 'interface-name=F\nautoconnect-priority=2'),
      found('c', 'interface-name=F\nautoconnect-priority=2'),
    ],
    'b',
  ],
])('chooses a profile %s', (_how, profiles, expected) => {
  expect(chooseProfile(profiles, port)?.file).toBe(expected);
});

it('tells of a profile that names nothing', () => {
  expect(namelessness(found('a', '').profile)).toMatchObject({
    severity: 'warning',
    hint: expect.stringContaining('interface-name='),
  });
  expect(namelessness(found('a', 'interface-name=F').profile)).toBeUndefined();
  expect(namelessness(found('a', 'autoconnect=false').profile)).toBeUndefined();
});
