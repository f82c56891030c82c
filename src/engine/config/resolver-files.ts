import { CLIENT_DNS } from '../../address/uplink-addresses.ts';
import type { Files } from '../../boundary/files.ts';
import { resolverFile } from '../../boundary/resolver-file.ts';
import type { DnsConfig } from '../../keyfile/interface-config.ts';
import { resolvConf } from '../../keyfile/resolv-conf.ts';
import type { RoutedNetwork } from './configured-node.ts';

export interface ResolverFilesParts {
  readonly files: Files;
  /** The lab's runtime folder. */
  readonly run: string;
  readonly routed: () => Pick<RoutedNetwork, 'isMember' | 'hasUplink'>;
}

/** The files that namespace nodes see as /etc/resolv.conf; one that has none sees the machine's. */
export class ResolverFiles {
  readonly #parts: ResolverFilesParts;
  readonly #written = new Map<string, string>();

  constructor(parts: ResolverFilesParts) {
    this.#parts = parts;
  }

  /** undefined where the node sees the machine's. */
  of(node: string): string | undefined {
    const { routed, run } = this.#parts;
    return this.#written.has(node) || routed().isMember(node) ? resolverFile(run, node) : undefined;
  }

  /** Gives a node a file of its own before anything is known of its name servers: the machine's, or those of the uplink that is to come. */
  async prepare(node: string): Promise<void> {
    const { files, routed, run } = this.#parts;
    const path = resolverFile(run, node);
    if (this.#written.has(node) || (await files.exists(path))) return;
    const text = routed().hasUplink(node) ? resolvConf([serving(CLIENT_DNS)]) : await files.readTextIfThere('/etc/resolv.conf');
    await this.#put(path, text ?? '');
  }

  /** Says in it what the node's interfaces say of name servers. */
  async write(node: string, interfaces: Iterable<DnsConfig>): Promise<void> {
    const text = resolvConf([...interfaces]);
    if (text === this.#written.get(node)) return;
    const { files, routed, run } = this.#parts;
    const path = resolverFile(run, node);
    if (text !== undefined) {
      await this.#put(path, text);
      this.#written.set(node, text);
    } else if (!routed().isMember(node)) {
      await files.remove(path);
      this.#written.delete(node);
    }
  }

  async #put(path: string, text: string): Promise<void> {
    const { files } = this.#parts;
    await files.makeDirectory(path.slice(0, path.lastIndexOf('/')), 0o700);
    await files.replace(path, text, { mode: 0o644 });
  }
}

/** Name servers that come before any that a keyfile names. */
export function serving(servers: readonly string[]): DnsConfig {
  return { servers, search: [], options: [], priority: 0 };
}
