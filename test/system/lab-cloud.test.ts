import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { labFixture } from '../support/lab-fixture.ts';
import { holderLacks, noQemu } from '../support/lab-holder.ts';

const program = (name: string) => ['/usr/bin', '/usr/sbin'].some((folder) => existsSync(`${folder}/${name}`));
const missing =
  noQemu ??
  holderLacks('root') ??
  ['mcopy', 'mkfs.vfat', 'qemu-img'].filter((name) => !program(name)).map((name) => `${name} is not installed`)[0];
if (missing !== undefined) process.stdout.write(`skipped: seeds of cloud-init: ${missing}\n`);
process.stdout.write('skipped: a cloud image that boots and reads its seed: none is on this machine\n');

const topology = (image: string) => `graph cloud {
  net [qn_kind="namespace", qn_provides_network="true", "feature.ipv6"="1"];
  work [qn_template="cloud", qn_image="${image}", qn_mem="128M", qn_netvm="net"];
  work:lan -- net:lan [qn_tailip="192.0.2.1/24"];
}`;

describe.skipIf(missing !== undefined)('a guest with cloud-init', () => {
  it('has a disk with what it is to know of its name, its links and its uplink', async () => {
    const weft = await labFixture('root');
    try {
      const directory = weft.write({
        'lab/topology.dot.in': topology('nothing.img'),
        'lab/nothing.img': '\0'.repeat(1024 * 1024),
        'lab/work.d/user-data': '#cloud-config\nlocale: C\n',
      });
      await weft.ok(directory, 'generate');
      await weft.ok(directory, 'start');
      const work = (await weft.status(directory)).nodes.find(({ name }) => name === 'work');
      const words = readFileSync(`/proc/${work?.pid}/cmdline`, 'utf8').split('\0');
      const [, disk = ''] = words.flatMap((word) => /^file=(.*\.cidata),if=virtio,format=raw,readonly=on$/.exec(word) ?? []);
      expect(disk).toContain(`${weft.environment['XDG_RUNTIME_DIR']}/weft/cloud/`);
      const read = async (file: string) => {
        const { code, stdout, stderr } = await weft.run(['mcopy', '-i', disk, `::${file}`, '-'], { directory });
        expect({ file, code, stderr }).toEqual({ file, code: 0, stderr: '' });
        return stdout;
      };
      expect(await read('user-data')).toBe('#cloud-config\nlocale: C\n');
      expect(parse(await read('meta-data'))).toEqual({
        'instance-id': expect.stringMatching(/^weft-cloud-work-[0-9a-f]{8}$/),
        'local-hostname': 'work',
      });
      const { ethernets } = parse(await read('network-config')) as { ethernets: Record<string, unknown> };
      expect(ethernets).toMatchObject({
        lan: { addresses: ['192.0.2.1/24'] },
        eth0: {
          match: { macaddress: '00:16:3e:5e:6c:00' },
          addresses: ['10.137.0.2/32', 'fd09:24ef:4179::a89:2/128'],
          routes: [
            { to: '0.0.0.0/0', via: '10.137.0.1', 'on-link': true },
            { to: '::/0', via: 'fd09:24ef:4179::a89:1', 'on-link': true },
          ],
          nameservers: { addresses: expect.arrayContaining(['10.139.1.1', 'fd09:24ef:4179::a8b:1']) },
        },
      });
      const label = readFileSync(disk).toString('latin1');
      expect(label).toContain('CIDATA');
      expect(await weft.ok(directory, 'exec', 'net', '--', 'ip', '-br', 'link', 'show', 'dev', 'vif2.0')).toContain('vif2.0');
      await weft.ok(directory, 'down');
      expect(existsSync(disk)).toBe(false);
      expect(existsSync(join(directory, 'work.seed'))).toBe(false);
    } finally {
      await weft.end();
    }
  });
});
