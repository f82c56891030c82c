import type { Files } from '../../boundary/files.ts';
import { HostError } from '../../boundary/host-error.ts';

/** An interface of the machine that a node has, and whether it was up before. */
export interface NicClaim {
  readonly name: string;
  readonly up: boolean;
}

/** A PCI device of the machine that a node has, and whether it had a driver before. */
export interface PciClaim {
  readonly address: string;
  readonly driver: boolean;
}

/** What a node has of the machine. */
export interface DeviceClaim {
  readonly nics: readonly NicClaim[];
  readonly pci: readonly PciClaim[];
}

/** Whose claim it is. */
export interface HeldClaim extends DeviceClaim {
  readonly lab: string;
  readonly node: string;
}

/**
 * Which devices of the machine the nodes of a lab have: a file for each node in the lab's runtime folder, written before anything is taken and
 * removed when all of it was given back. What is in it may have been given back already.
 */
export class DeviceClaims {
  readonly #files: Files;
  readonly #run: string;

  /** `run` is the lab's runtime folder; those of other labs are beside it. */
  constructor(files: Files, run: string) {
    this.#files = files;
    this.#run = run;
  }

  async of(node: string): Promise<DeviceClaim | undefined> {
    return await this.#read(this.#path(node));
  }

  async write(node: string, claim: DeviceClaim): Promise<void> {
    await this.#files.makeDirectory(folderOf(this.#run), 0o700);
    await this.#files.replace(this.#path(node), JSON.stringify(claim), { mode: 0o600 });
  }

  async remove(node: string): Promise<void> {
    await this.#files.remove(this.#path(node));
  }

  /** Nodes of this lab with a claim. */
  async nodes(): Promise<readonly string[]> {
    return await this.#list(folderOf(this.#run));
  }

  /** The claims of all labs of the same user. */
  async all(): Promise<readonly HeldClaim[]> {
    const root = this.#run.slice(0, this.#run.lastIndexOf('/'));
    const claims: HeldClaim[] = [];
    for (const lab of await this.#list(root)) {
      for (const node of await this.#list(folderOf(`${root}/${lab}`))) {
        const claim = await this.#read(`${folderOf(`${root}/${lab}`)}/${node}`);
        if (claim !== undefined) claims.push({ ...claim, lab, node });
      }
    }
    return claims;
  }

  #path(node: string): string {
    return `${folderOf(this.#run)}/${node}`;
  }

  /** One that cannot be read claims nothing. */
  async #read(path: string): Promise<DeviceClaim | undefined> {
    const text = await this.#files.readTextIfThere(path);
    try {
      return text === undefined ? undefined : (JSON.parse(text) as DeviceClaim);
    } catch {
      return undefined;
    }
  }

  async #list(folder: string): Promise<readonly string[]> {
    try {
      return (await this.#files.list(folder)).filter((name) => !name.startsWith('.'));
    } catch (failure) {
      if (!(failure instanceof HostError)) throw failure;
      return [];
    }
  }
}

function folderOf(run: string): string {
  return `${run}/devices`;
}
