import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Attributes, Link, Topology, TopologyNode } from '../model/topology.ts';
import { generate } from './generate.ts';
import type { TemplateSource } from './template-source.ts';

const bundled = new URL('../../templates/', import.meta.url).pathname;
const read = (directory: string, name: string): string => readFileSync(join(directory, `${name}.mustache`), 'utf8');
const templates: TemplateSource = {
  find: (name) => ({ text: read(bundled, name), directory: bundled }),
  partial: read,
  names: () => [],
};
const names = readdirSync(bundled)
  .filter((file) => file.endsWith('.mustache'))
  .map((file) => file.slice(0, -'.mustache'.length));
/** Those of virtual machines: what runs in a namespace only waits. */
const machines = names.filter((name) => name !== 'namespace' && name !== 'internet');

/** Breaks out of any quoting that is forgotten, and says so. */
const hostile = `q" $(echo BROKEN) \`echo BROKEN\` '; echo BROKEN; ' \\ \n,x`;

function lab(template: string, attributes: Attributes, links: readonly Link[] = []): Topology {
  const node = (name: string, kind: TopologyNode['kind'], own: Attributes = {}): TopologyNode => {
    return { name, kind, template: kind === 'vm' ? template : undefined, attributes: own, labelPorts: [] };
  };
  const nodes = [node('a', 'vm', attributes), node('b', 'vm'), node('sw', 'hub'), node('host', 'host'), node('net', 'internet')];
  return { name: 't', attributes: {}, nodes, links };
}

function link(port: string, peer: string, peerPort: string | undefined, attributes: Attributes = {}): Link {
  return { id: `a:${port}--${peer}`, tail: { node: 'a', port }, head: { node: peer, port: peerPort }, attributes };
}

const folder = mkdtempSync(join(tmpdir(), 'weft-scripts-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A machine on which every program that the scripts need is there and does next to nothing. */
const programs = join(folder, 'bin');
mkdirSync(programs);
for (const program of ['qemu-system-x86_64', 'qemu-system-arm', 'unsquashfs', 'mkfs.ext4', 'mkfs.vfat', 'mcopy']) {
  writeFileSync(join(programs, program), '#!/bin/sh\n', { mode: 0o755 });
}
writeFileSync(join(programs, 'qemu-img'), '#!/bin/sh\nfor word do case $word in *.new) : >"$word" ;; esac; done\n', {
  mode: 0o755,
});

let count = 0;

/** Runs node a's script with a jail that prints the words of QEMU's command line instead of running it. */
function commandLine(
  topology: Topology,
  environment: Record<string, string> = {},
): { words: string[]; stderr: string; directory: string } {
  const directory = join(folder, `lab${count++}`);
  mkdirSync(directory);
  for (const file of ['vmlinux', 'initrd', 'OVMF.fd', 'infix-x86_64.img', 'infix-x86_64-disk.img', 'infix-x86_64-classic.img']) {
    writeFileSync(join(directory, file), '');
  }
  for (const file of ['netbox-os-zero.img', 'netbox-os-basis.img', 'cloud.qcow2']) writeFileSync(join(directory, file), '');
  for (const { name, text, mode } of generate({ topology, templates }).files)
    writeFileSync(join(directory, name), text, { mode });
  const env = { PATH: `${programs}:/usr/bin:/bin`, WEFT_SMALL: directory, WEFT_JAIL: 'printf %s\\0', ...environment };
  const result = spawnSync(join(directory, 'a'), { encoding: 'utf8', env, cwd: '/' });
  return { words: result.stdout.split('\0').slice(0, -1), stderr: result.stderr, directory };
}

const after = (words: readonly string[], option: string): string[] => words.filter((_, at) => words[at - 1] === option);

describe('bundled scripts', () => {
  it.each(machines)('%s passes values of the topology on as they are', (template) => {
    const values = { qn_append: hostile, qn_mem: hostile, qn_vcpus: hostile };
    const { words, stderr } = commandLine(lab(template, values, [link('eth0', 'host', 't', { qn_tap: hostile })]));
    expect(stderr).toBe('');
    expect(words.join('\n').replaceAll(hostile, '').replaceAll(hostile.replace(',', ',,'), '')).not.toContain('BROKEN');
    expect(after(words, '-m')).toEqual([hostile]);
    expect(after(words, '-smp')).toEqual([hostile]);
    expect(after(words, '-netdev')[0]).toBe(`tap,ifname=${hostile.replace(',', ',,')},script=no,downscript=no,id=eth0`);
    expect(after(words, '-sandbox')).toEqual(['on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny']);
  });

  const every: readonly Link[] = [
    link('eth0', 'b', 'eth0', { qn_mtu: '9000', qn_tailip: '10.0.0.1/24, fd00::1/64' }),
    link('eth1', 'sw', undefined),
    link('eth2', 'host', 'tap-a'),
    link('eth3', 'host', 'x', { qn_bridge: 'br0' }),
    link('4', 'net', 'wan'),
  ];

  it('wires links over UDP, multicast, TAP, bridge and user networking by hand', () => {
    const { words, directory } = commandLine(lab('small', {}, every));
    expect(after(words, '-netdev')).toEqual([
      'user,id=hex-34',
      'socket,udp=127.0.0.1:20000,localaddr=127.0.0.1:20001,id=eth0',
      'socket,mcast=239.255.0.1:20004,localaddr=127.0.0.1,id=eth1',
      'tap,ifname=tap-a,script=no,downscript=no,id=eth2',
      'bridge,br=br0,id=eth3',
    ]);
    expect(after(words, '-device').filter((device) => device.startsWith('virtio-net'))[1]).toBe(
      'virtio-net-pci,id=link1,netdev=eth0,mac=02:00:00:00:01:02,romfile=,bus=rp1,host_mtu=9000',
    );
    expect(after(words, '-device').filter((device) => device.startsWith('pcie-root-port'))).toHaveLength(13);
    expect(readFileSync(join(directory, 'a.mactab'), 'utf8')).toBe(
      ['4', 'eth0', 'eth1', 'eth2', 'eth3'].map((port, at) => `${port}\t02:00:00:00:01:0${at + 1}\n`).join(''),
    );
    expect(readFileSync(join(directory, 'a.addresses'), 'utf8')).toBe('eth0\t10.0.0.1/24\neth0\tfd00::1/64\n');
  });

  it('opens no TCP or UDP port under the engine, and nothing but 127.0.0.1 by hand', () => {
    const plugs = Object.fromEntries(every.map((_, at) => [`WEFT_NETDEV_${at}`, `tap,fd=${at + 3}`]));
    const engine = commandLine(lab('small', {}, every), { WEFT_RUN: '/run/weft/x,y', ...plugs }).words;
    expect(after(engine, '-netdev')).toEqual(
      ['hex-34', 'eth0', 'eth1', 'eth2', 'eth3'].map((id, at) => `tap,fd=${at + 3},id=${id}`),
    );
    expect(after(engine, '-chardev')).toEqual([
      'socket,id=hvc0,path=/run/weft/x,,y/console.sock,server=on,wait=off,logfile=a.console.log,logappend=on',
      'socket,id=hvc1,path=/run/weft/x,,y/aux.sock,server=on,wait=off',
      'null,id=hvc2',
      'socket,id=monitor,path=/run/weft/x,,y/monitor.sock,server=on,wait=off',
      'socket,id=qmp,path=/run/weft/x,,y/qmp.sock,server=on,wait=off',
      'socket,id=plug,path=/run/weft/x,,y/plug.sock,server=on,wait=off',
      'socket,id=agent,path=/run/weft/x,,y/agent.sock,server=on,wait=off',
      'file,id=boot,path=/run/weft/x,,y/boot.log,append=on',
    ]);
    expect(engine.join(' ')).not.toMatch(/tcp:|telnet|port=|127\.0\.0\.1/);
    const hand = commandLine(lab('small', {})).words.join(' ');
    expect(hand.match(/host=[^,]*|tcp:[^:]*/g)).toEqual(['host=127.0.0.1', 'host=127.0.0.1', 'host=127.0.0.1', 'tcp:127.0.0.1']);
  });

  it('passes PCI devices of the machine through', () => {
    const { words } = commandLine(lab('small', { qn_pci: '0000:03:00.0, 0000:03:00.1' }));
    expect(after(words, '-device').filter((text) => text.startsWith('vfio'))).toEqual([
      'vfio-pci,host=0000:03:00.0',
      'vfio-pci,host=0000:03:00.1',
    ]);
  });

  it('keeps the overlay of a disk image', () => {
    const { words, directory } = commandLine(lab('infix-x86_64', {}));
    expect(after(words, '-drive')).toEqual(['file=a.qcow2,if=virtio,format=qcow2']);
    expect(after(words, '-bios')).toEqual([join(directory, 'OVMF.fd')]);
    writeFileSync(join(directory, 'a.qcow2'), 'kept');
    spawnSync(join(directory, 'a'), { env: { PATH: `${programs}:/usr/bin:/bin`, WEFT_JAIL: 'true' } });
    expect(readFileSync(join(directory, 'a.qcow2'), 'utf8')).toBe('kept');
  });

  it('boots an Infix image that is a squashfs by the kernel inside it', () => {
    const squashfs = join(folder, 'squash.img');
    writeFileSync(squashfs, 'hsqs0000');
    const { words } = commandLine(lab('infix-x86_64', { qn_image: squashfs, qn_append: 'quiet' }));
    expect(after(words, '-kernel')).toEqual(['a.boot/boot/bzImage']);
    expect(after(words, '-append')).toEqual(['root=/dev/ram0 ramdisk_size=1 console=hvc0,115200 quiet']);
    expect(after(words, '-bios')).toEqual([]);
  });

  it.each(machines.filter((name) => name !== 'small'))('%s says where to get a missing image', (template) => {
    const { words, stderr } = commandLine(lab(template, { qn_image: 'gone.img' }));
    expect(words).toEqual([]);
    expect(stderr).toMatch(/^ERROR: a: there is no image gone.img; .*https:\/\/(github.com|cloud.debian.org)\/.*\n$/);
  });
});
