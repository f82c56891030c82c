import { consoleMethods } from './console.ts';
import { creationMethods } from './creation.ts';
import { featureMethods } from './features.ts';
import { firewallMethods } from './firewall.ts';
import { followingMethods } from './following.ts';
import { labelMethods } from './label-methods.ts';
import { lifecycleMethods } from './lifecycle.ts';
import { listingMethods } from './listing.ts';
import type { Method } from './method.ts';
import { notesMethods } from './notes.ts';
import { propertyMethods } from './property-methods.ts';
import { removalMethods } from './removal.ts';
import { tagMethods } from './tags.ts';
import { volumeMethods } from './volumes.ts';

/** All methods of the Admin API that a lab serves, by name. */
export const METHODS: ReadonlyMap<string, Method> = new Map(
  Object.entries({
    ...listingMethods,
    ...propertyMethods,
    ...featureMethods,
    ...tagMethods,
    ...firewallMethods,
    ...lifecycleMethods,
    ...creationMethods,
    ...removalMethods,
    ...labelMethods,
    ...notesMethods,
    ...volumeMethods,
    ...consoleMethods,
    ...followingMethods,
  }),
);
