import type { Kernel, KernelOp } from '../../boundary/kernel.ts';
import type { TreeFile } from '../../boundary/read-tree.ts';
import { configOf, type NameServersByPort, type NodeInterface, type RoutedNetwork, remember } from './configured-node.ts';
import { interfaceOps, withoutConfig } from './interface-ops.ts';
import type { Keyfiles } from './keyfiles.ts';
import type { NodeFolders } from './node-folders.ts';
import { type ResolverFiles, serving } from './resolver-files.ts';

export interface NamespaceConfigParts {
  readonly kernel: Pick<Kernel, 'run'>;
  readonly folders: Pick<NodeFolders, 'keyfiles'>;
  readonly resolvers: ResolverFiles;
  readonly routed: () => RoutedNetwork;
  readonly keyfiles: (node: string, files: readonly TreeFile[]) => Keyfiles;
  readonly warn: (message: string) => void;
}

/** Configures the interfaces of namespace nodes, and says in their resolv.conf which name servers they have. */
export class NamespaceConfig {
  readonly #parts: NamespaceConfigParts;
  readonly #dns = new Map<string, NameServersByPort>();

  constructor(parts: NamespaceConfigParts) {
    this.#parts = parts;
  }

  isKnown(name: string): boolean {
    return this.#dns.has(name);
  }

  async bring(name: string, interfaces: readonly NodeInterface[]): Promise<void> {
    const { folders, kernel, keyfiles: read, routed, warn } = this.#parts;
    const keyfiles = read(name, await folders.keyfiles(name));
    const dns = this.#dnsOf(name);
    const ops: KernelOp[] = [];
    for (const each of interfaces) {
      const config = configOf(routed(), keyfiles, name, each);
      if (config !== undefined) ops.push(...interfaceOps(name, each.port, config));
      else if (dns.has(each.port)) ops.push(...withoutConfig(name, each.port));
      remember(dns, each.port, config);
    }
    const failures = ops.length === 0 ? [] : await kernel.run(ops);
    for (const [at, failure] of failures.entries()) {
      const op = ops[at];
      // A kernel without IPv6 has nothing to switch off.
      const noIpv6 = failure?.code === 'ENOENT' && op?.op === 'sysctl' && op.key.endsWith('/disable_ipv6') && op.value === '1';
      if (failure !== undefined && !noIpv6) warn(`${name}: ${failure.message}`);
    }
    await this.#write(name, dns);
  }

  /** What it has learnt of name servers beside its interfaces. */
  async nameServers(name: string, servers: readonly string[]): Promise<void> {
    const dns = this.#dnsOf(name);
    dns.set('', serving(servers));
    await this.#write(name, dns);
  }

  /** Whether the interface had said anything of name servers. */
  knows(name: string, port: string): boolean {
    return this.#dns.get(name)?.has(port) === true;
  }

  /** An interface went, and its name servers go with it. */
  async interfaceGone(name: string, port: string): Promise<void> {
    const dns = this.#dns.get(name);
    if (dns?.delete(port) === true) await this.#write(name, dns);
  }

  async forget(name: string): Promise<void> {
    this.#dns.delete(name);
    await this.#parts.resolvers.forget(name);
  }

  async #write(name: string, dns: NameServersByPort): Promise<void> {
    await this.#parts.resolvers.write(name, dns.values());
  }

  #dnsOf(name: string): NameServersByPort {
    const known = this.#dns.get(name) ?? new Map();
    this.#dns.set(name, known);
    return known;
  }
}
