import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DesiredLab, DesiredPlug } from './desired.ts';
import { nothing, type ObservedLab, type ObservedPlug } from './observed.ts';
import { planPlugs } from './plan-plugs.ts';

const desired = (plugs: readonly DesiredPlug[], running = true): DesiredLab => ({
  nodes: [{ name: 'vm', kind: 'vm', running }],
  links: plugs.map((plug) => ({ id: `vm:${plug.port}--x:1`, nodes: ['vm', 'x'], on: true, plugs: [plug] })),
});
const observed = (devices: readonly ObservedPlug[], spare: number | 'none' = 8): ObservedLab => ({
  ...nothing,
  plugs: new Map([['vm', { devices, spare: spare === 'none' ? undefined : spare }]]),
});
const eth0 = { node: 'vm', port: 'eth0', mac: '02:00:00:00:01:01', place: 'panel/vm~eth0' };
const device = { port: 'eth0', mac: '02:00:00:00:01:01', place: 'panel/vm~eth0' };
const brief = ({ plug, unplug, restart }: ReturnType<typeof planPlugs>) => ({
  plug: plug.map(({ port, link }) => `${port} ${link}`),
  unplug: unplug.map(({ port, reason }) => `${port}: ${reason}`),
  restart: [...restart],
});
const none = { plug: [], unplug: [], restart: [] };

describe('planPlugs', () => {
  it('does nothing where every device is there, whatever the case of its MAC', () => {
    expect(brief(planPlugs(desired([eth0]), observed([{ ...device, mac: '02:00:00:00:01:01'.toUpperCase() }])))).toEqual(none);
  });

  it('plugs what is missing and takes out what is not wanted', () => {
    expect(brief(planPlugs(desired([eth0]), observed([{ ...device, port: 'eth1' }])))).toEqual({
      plug: ['eth0 vm:eth0--x:1'],
      unplug: ['eth1: the topology has no link at this port'],
      restart: [],
    });
  });

  it.each<[string, Partial<ObservedPlug>]>([
    ['its MAC should be 02:00:00:00:01:01', { mac: '02:00:00:00:01:02' }],
    ['it has to be connected elsewhere', { place: 'panel/other' }],
    ['it has to be connected elsewhere', { place: undefined }],
  ])('plugs a device anew because %s', (reason, other) => {
    expect(brief(planPlugs(desired([eth0]), observed([{ ...device, ...other }])))).toEqual({
      plug: ['eth0 vm:eth0--x:1'],
      unplug: [`eth0: ${reason}`],
      restart: [],
    });
  });

  it('restarts a machine that has no room for what it lacks', () => {
    const plan = planPlugs(desired([eth0, { ...eth0, port: 'eth1' }]), observed([], 1));
    expect(brief(plan)).toEqual({
      plug: [],
      unplug: [],
      restart: [['vm', 'it should get 2 more network devices, and has room for 1 while it runs']],
    });
  });

  it('gives the room of what goes to what comes, where devices can go at all', () => {
    const other = [{ ...device, port: 'eth1' }];
    expect(planPlugs(desired([eth0]), observed(other, 0)).restart.size).toBe(0);
    expect([...planPlugs(desired([eth0]), observed(other, 'none')).restart.values()]).toEqual([
      'it cannot take a network device while it runs',
    ]);
  });

  it('leaves machines alone that should not run, or that cannot be asked', () => {
    expect(brief(planPlugs(desired([eth0], false), observed([])))).toEqual(none);
    expect(brief(planPlugs(desired([eth0]), nothing))).toEqual(none);
  });

  it('leaves nothing to do once it is done, and touches no device that is right', () => {
    const port = fc.constantFrom('eth0', 'eth1', 'eth2', 'F');
    const mac = fc.constantFrom('02:00:00:00:00:01', '02:00:00:00:00:02');
    const place = fc.constantFrom('p/1', 'p/2');
    const wanted = fc.uniqueArray(fc.record({ node: fc.constant('vm'), port, mac, place }), { selector: (plug) => plug.port });
    const found = fc.uniqueArray(fc.record({ port, mac, place: fc.option(place, { nil: undefined }) }), {
      selector: (plug) => plug.port,
    });
    fc.assert(
      fc.property(wanted, found, (plugs, devices) => {
        const { plug, unplug } = planPlugs(desired(plugs), observed(devices));
        const kept = devices.filter((each) => !unplug.some((step) => step.port === each.port));
        for (const each of kept) expect(plugs).toContainEqual({ node: 'vm', ...each });
        const made = plugs.filter((each) => plug.some((step) => step.port === each.port));
        const after = [
          ...kept,
          ...made.map(({ port: name, mac: address, place: at }) => ({ port: name, mac: address, place: at })),
        ];
        expect(new Set(after.map((each) => each.port)).size).toBe(after.length);
        expect(brief(planPlugs(desired(plugs), observed(after)))).toEqual(none);
      }),
    );
  });
});
