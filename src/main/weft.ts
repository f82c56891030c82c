import { enableCompileCache } from 'node:module';
import { cacheFolder } from './places.ts';

/** The command line's entry: as little as possible before the cache of compiled code is on. It is the user's own: code of others must not get in. */
enableCompileCache(`${cacheFolder(process.env)}/weft/compiled`);
if (process.env['WEFT_DEBUG']) process.setSourceMapsEnabled(true);
void import('./command-line.ts').then(({ main }) => main());
