import type { Files } from '../../boundary/files.ts';
import { resolverFile } from '../../boundary/resolver-file.ts';
import type { DnsConfig } from '../../keyfile/interface-config.ts';
import { resolvConf } from '../../keyfile/resolv-conf.ts';
import type { RoutedNetwork } from './configured-node.ts';

export interface ResolverFilesParts {
  readonly files: Files;
  /** The lab's runtime folder. */
  readonly run: string;
  readonly routed: () => Pick<RoutedNetwork, 'isMember' | 'nameServersOf'>;
}

/**
 * The files that namespace nodes see as /etc/resolv.conf; one that has none sees the machine's. Processes of the node have the file itself
 * mounted, so it is written over and never replaced: those that run already see what it says now.
 */
export class ResolverFiles {
  readonly #parts: ResolverFilesParts;
  /** What was written last; undefined where no interface says anything any more. */
  readonly #written = new Map<string, string | undefined>();

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
    if (this.#written.has(node) || (await files.exists(resolverFile(run, node)))) return;
    const servers = routed().nameServersOf(node);
    const text = servers === undefined ? await this.#machines() : resolvConf([serving(servers)]);
    await this.#put(node, text ?? '');
  }

  /** Says in it what the node's interfaces say of name servers. Where none says anything any more, it is as the machine's is now. */
  async write(node: string, interfaces: Iterable<DnsConfig>): Promise<void> {
    const text = resolvConf([...interfaces]);
    if (text === this.#written.get(node)) return;
    if (text === undefined && this.#parts.routed().isMember(node)) return;
    await this.#put(node, text ?? (await this.#machines()));
    this.#written.set(node, text);
  }

  /** The node is no longer of the lab. */
  async forget(node: string): Promise<void> {
    this.#written.delete(node);
    await this.#parts.files.remove(resolverFile(this.#parts.run, node));
  }

  async #machines(): Promise<string> {
    return (await this.#parts.files.readTextIfThere('/etc/resolv.conf')) ?? '';
  }

  async #put(node: string, text: string): Promise<void> {
    const { files, run } = this.#parts;
    const path = resolverFile(run, node);
    await files.makeDirectory(path.slice(0, path.lastIndexOf('/')), 0o700);
    await files.overwrite(path, text, { mode: 0o644 });
  }
}

/** Name servers that come before any that a keyfile names. */
export function serving(servers: readonly string[]): DnsConfig {
  return { servers, search: [], options: [], priority: 0 };
}
