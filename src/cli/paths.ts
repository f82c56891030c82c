/** `path` as seen from the absolute folder `from`; dots resolved, no slash at the end. */
export function resolvePath(from: string, path: string): string {
  const whole = path.startsWith('/') ? path : `${from}/${path}`;
  const parts: string[] = [];
  for (const part of whole.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** The folder that holds an absolute path. */
export function folderOf(path: string): string {
  const at = path.lastIndexOf('/');
  return at <= 0 ? '/' : path.slice(0, at);
}

/** The last part of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The shorter way to say an absolute path to someone who stands in `from`. */
export function pathFrom(from: string, path: string): string {
  if (path === from) return '.';
  const prefix = from === '/' ? '/' : `${from}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}
