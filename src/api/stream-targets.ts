import type { CaptureRequest } from './contract.ts';

/** A raw stream that a client may ask for by an HTTP upgrade. */
export type StreamTarget =
  | { readonly stream: 'console' | 'monitor'; readonly node: string }
  | ({ readonly stream: 'capture' } & CaptureRequest)
  | { readonly stream: 'recording'; readonly ports: readonly string[] };

/** `/v1/capture?port=NODE:PORT&port=...&all=yes&filter=...&snaplen=...` */
export function captureTarget({ ports, all, filter, snaplen }: CaptureRequest): string {
  const pairs = [
    ...ports.map((port) => ['port', port] as const),
    ['filter', filter] as const,
    ['snaplen', String(snaplen)] as const,
  ];
  return `/v1/capture?${query(all ? [...pairs, ['all', 'yes']] : pairs)}`;
}

/** `/v1/recording?port=NODE:PORT&port=...` */
export function recordingTarget(ports: readonly string[]): string {
  return `/v1/recording?${query(ports.map((port) => ['port', port] as const))}`;
}

/** What a request to upgrade asks for; undefined when there is no such stream. */
export function streamTarget(target: string): StreamTarget | undefined {
  const [path = '', text = ''] = target.split('?', 2);
  const node = /^\/v1\/nodes\/([^/]+)\/(console|monitor)$/.exec(path);
  try {
    if (node !== null) return { stream: node[2] as 'console' | 'monitor', node: decodeURIComponent(node[1] ?? '') };
    const pairs = text.split('&').map((pair) => pair.split('=', 2).map(decodeURIComponent));
    const values = (name: string) => pairs.flatMap(([key, value]) => (key === name && value !== undefined ? [value] : []));
    if (path === '/v1/recording') return { stream: 'recording', ports: values('port') };
    const all = values('all').includes('yes');
    if (path !== '/v1/capture' || (values('port').length === 0 && !all)) return undefined;
    const snaplen = Number(values('snaplen')[0] ?? '0');
    if (!Number.isSafeInteger(snaplen) || snaplen < 0) return undefined;
    return { stream: 'capture', ports: values('port'), all, filter: values('filter')[0] ?? '', snaplen };
  } catch {
    return undefined;
  }
}

function query(pairs: readonly (readonly [string, string])[]): string {
  return pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
}
