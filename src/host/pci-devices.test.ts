import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { desktop, writeSysTree } from '../../test/support/sys-tree.ts';
import { HostError } from '../boundary/host-error.ts';
import { sysPciDevices } from './pci-devices.ts';

let sys = '';
beforeEach(() => {
  sys = mkdtempSync(join(tmpdir(), 'weft-sys-'));
  writeSysTree(sys, desktop, ['igb', 'r8169', 'vfio-pci']);
});
afterEach(() => rmSync(sys, { recursive: true }));

const said = (path: string) => readFileSync(join(sys, 'bus/pci', path), 'utf8');

it('reads what the machine has', async () => {
  const { devices, vfio } = await sysPciDevices(sys).facts();
  expect(vfio).toBe(true);
  expect(devices).toHaveLength(9);
  expect(devices[0]).toEqual({ address: '0000:00:00.0', driver: undefined, group: '0', class: '060000', interfaces: [] });
  expect(devices[7]).toEqual({ address: '0000:04:00.0', driver: 'r8169', group: '9', class: '020000', interfaces: ['enp4s0'] });
  expect(await sysPciDevices(`${sys}/nothing`).facts()).toEqual({ devices: [], vfio: false });
});

it('gives a device to vfio-pci in the order in which the kernel wants it', async () => {
  await sysPciDevices(sys).pass('0000:04:00.0');
  expect(said('devices/0000:04:00.0/driver_override')).toContain('vfio-pci\n');
  expect(said('drivers/r8169/unbind')).toBe('0000:04:00.0');
  expect(said('drivers_probe')).toBe('0000:04:00.0');
});

it('leaves one alone that vfio-pci has already', async () => {
  await sysPciDevices(sys).pass('0000:05:00.0');
  expect(said('drivers_probe')).toBe('');
});

it('gives a device back to its driver, or to none', async () => {
  const uevent = join(sys, 'bus/pci/devices/0000:04:00.0/uevent');
  writeFileSync(uevent, readFileSync(uevent, 'utf8').replace('r8169', 'vfio-pci'));
  await sysPciDevices(sys).giveBack('0000:04:00.0', false);
  expect([said('drivers/vfio-pci/unbind'), said('drivers_probe')]).toEqual(['0000:04:00.0', '']);
  await sysPciDevices(sys).giveBack('0000:04:00.0', true);
  expect(said('drivers_probe')).toBe('0000:04:00.0');
  expect(said('devices/0000:04:00.0/driver_override').startsWith('\n')).toBe(true);
});

it('leaves one alone that has its driver again', async () => {
  await sysPciDevices(sys).giveBack('0000:03:00.0', true);
  expect(said('drivers_probe')).toBe('');
});

it('says what the kernel refuses', async () => {
  rmSync(join(sys, 'bus/pci/drivers/r8169'), { recursive: true });
  await expect(sysPciDevices(sys).pass('0000:04:00.0')).rejects.toThrow(HostError);
});
