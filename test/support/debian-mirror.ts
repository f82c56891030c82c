import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const LISTS = '/var/lib/apt/lists';
const HELPER = '/usr/lib/apt/apt-helper';
const SUITES = ['bookworm', 'bookworm-updates', 'bookworm-security'];

/** Why no mirror can be made here; undefined where it can. */
export const noMirror: string | undefined =
  !existsSync(HELPER) || SUITES.some((suite) => listOf(suite, 'InRelease') === undefined)
    ? 'apt on this machine has no package lists of Debian 12'
    : undefined;

export interface DebianMirror {
  /** As the option of buildImage wants it. */
  readonly url: string;
  /** Answers for paths, instead of what the mirror holds. */
  readonly instead: Map<string, Uint8Array>;
  readonly asked: string[];
  close(): Promise<void>;
}

/** A mirror on the loopback interface: the signed lists that apt keeps, and the packages of a folder. */
export async function debianMirror(packages: string): Promise<DebianMirror> {
  const answers = new Map<string, () => Uint8Array>();
  for (const suite of SUITES) {
    const folder = `/${suite.endsWith('-security') ? 'debian-security' : 'debian'}/dists/${suite}`;
    const index = 'main/binary-amd64/Packages';
    answers.set(`${folder}/InRelease`, () => readFileSync(listOf(suite, 'InRelease') ?? ''));
    answers.set(`${folder}/${index}`, () =>
      execFileSync(HELPER, ['cat-file', listOf(suite, index.replaceAll('/', '_')) ?? ''], { maxBuffer: 2 ** 30 }),
    );
  }
  // Pools leave the epoch out of file names.
  const pool = new Map(readdirSync(packages).map((name) => [name.replace(/_\d+%3a/, '_'), join(packages, name)]));
  const instead = new Map<string, Uint8Array>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    asked.push(path);
    const file = pool.get(path.slice(path.lastIndexOf('/') + 1));
    const content = instead.get(path) ?? answers.get(path)?.() ?? (file === undefined ? undefined : readFileSync(file));
    if (content === undefined) response.writeHead(404).end();
    else response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/debian`,
    instead,
    asked,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** The signed InRelease of a suite, as apt keeps it. */
export function inRelease(suite: string): Uint8Array {
  return readFileSync(listOf(suite, 'InRelease') ?? '');
}

function listOf(suite: string, name: string): string | undefined {
  if (!existsSync(LISTS)) return undefined;
  const found = readdirSync(LISTS).find((file) => file.includes(`debian.org_`) && file.includes(`_dists_${suite}_${name}`));
  return found && join(LISTS, found);
}
