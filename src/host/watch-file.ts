import { type FSWatcher, watch } from 'node:fs';
import type { WatchFile } from '../boundary/watch-file.ts';

/** How long to wait, in milliseconds, for a file to be there again that was taken away: each once. */
const patience = [2, 10, 50, 250, 1000];

/** Watches one file by inotify(7): the file itself, since its folder may be one in which much happens. */
export const watchFile: WatchFile = (path, changed) => {
  let watcher: FSWatcher | undefined;
  let timer: NodeJS.Timeout | undefined;

  const close = () => {
    watcher?.close();
    watcher = undefined;
    clearTimeout(timer);
  };
  const begin = (attempt: number, isBack: boolean) => {
    close();
    try {
      // Whatever has the name now may be another file, also where only the number of its links has changed.
      watcher = watch(path, { persistent: false }, () => begin(0, true));
      watcher.on('error', close);
      if (isBack) changed();
    } catch {
      const wait = patience[attempt];
      if (wait !== undefined) timer = setTimeout(() => begin(attempt + 1, true), wait).unref();
    }
  };
  begin(patience.length, false);
  return { close };
};
