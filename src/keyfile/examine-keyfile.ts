import { namelessness } from './choose-profile.ts';
import { type ReadProfile, readProfile } from './read-profile.ts';

/** What a keyfile says, with all that is wrong with it, and with that it can be for no interface. */
export function examineKeyfile(untrustedText: string): ReadProfile {
  const { diagnostics, profile } = readProfile(untrustedText);
  const nameless = profile === undefined ? undefined : namelessness(profile);
  return { profile, diagnostics: nameless === undefined ? diagnostics : [...diagnostics, nameless] };
}
