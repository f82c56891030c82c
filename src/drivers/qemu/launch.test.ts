import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DriverNode } from '../../boundary/driver.ts';
import { jailWords, launchAsWritten, launchBundled } from './launch.ts';
import { nodeRunDirectory, nodeRunFiles } from './node-run-directory.ts';
import { scriptHandle } from './script-handle.ts';
import { parseScriptHeader } from './script-header.ts';

const node: DriverNode = {
  lab: 'demo',
  node: { name: 'a', kind: 'vm', template: 'small', attributes: {}, labelPorts: [] },
  directory: '/labs/demo',
  files: '/labs/images',
  run: '/run/weft/demo/nodes/a',
  script: '#!/bin/sh\n',
  ports: [
    { name: 'e0', netdev: 'dgram,local.type=unix,local.path=/x', descriptor: undefined },
    { name: 'e1', netdev: 'tap,fd={fd}', descriptor: { kind: 'tap', netns: '@panel', name: 'a~e1' } },
    { name: 'e2', netdev: undefined, descriptor: undefined },
    { name: 'e3', netdev: 'dgram,local.type=fd,local.str={fd}', descriptor: { kind: 'packet', netns: '@panel', name: 'a~e3' } },
  ],
  netns: '@empty',
  tcp: { console: 10000, monitor: undefined },
  abilities: { namespaces: true, tap: true, host: true, classifier: 'u32', netem: true, tbf: true },
};
const places = {
  small: '/cache/small',
  setpriv: '/usr/bin/setpriv',
  environment: { PATH: '/bin', HOME: undefined, SECRET: 'x' },
};

describe('launch', () => {
  it('plugs the links, numbers the descriptors and passes on only what a script needs', () => {
    expect(launchBundled(node, places)).toEqual({
      node: 'a',
      netns: '@empty',
      argv: ['/labs/demo/a'],
      directory: '/labs/demo',
      logFile: '/labs/demo/a.log',
      environment: {
        PATH: '/bin',
        WEFT_RUN: '/run/weft/demo/nodes/a',
        WEFT_JAIL: '/usr/bin/setpriv --no-new-privs --inh-caps=-all --bounding-set=-all',
        WEFT_NETDEV_0: 'dgram,local.type=unix,local.path=/x',
        WEFT_NETDEV_1: 'tap,fd=3',
        WEFT_NETDEV_3: 'dgram,local.type=fd,local.str=4',
        WEFT_FILES: '/labs/images',
        WEFT_SMALL: '/cache/small',
      },
      descriptors: [
        { kind: 'tap', netns: '@panel', name: 'a~e1' },
        { kind: 'packet', netns: '@panel', name: 'a~e3' },
      ],
    });
    expect(jailWords(undefined)).toBe('');
  });

  it('leaves a template of the user’s own as it is', () => {
    const request = launchAsWritten({ ...node, netns: '@panel' }, places);
    expect(request).toMatchObject({ netns: '@panel', descriptors: [] });
    expect(Object.keys(request.environment).sort()).toEqual(['PATH', 'WEFT_FILES', 'WEFT_SMALL']);
  });
});

describe('a script of the user’s own', () => {
  it('has the consoles that its ports tell of, through relays, and refuses the rest with a reason', async () => {
    const relays: unknown[][] = [];
    const signals: unknown[][] = [];
    const handle = scriptHandle({ ...node, netns: '@panel' }, 77, {
      relay: async (...words) => {
        relays.push(words);
      },
      signal: async (...words) => {
        signals.push(words);
      },
      stopped: async () => (signals.length === 1 ? [77] : []),
    });
    expect(relays).toEqual([['/run/weft/demo/nodes/a/console.sock', '@panel', '127.0.0.1', 10000]]);
    expect(handle.socket('console')).toEqual({ path: '/run/weft/demo/nodes/a/console.sock', telnet: true, log: undefined });
    expect(handle.socket('monitor')).toBeUndefined();
    await expect(handle.exec(['true'], undefined, 1)).rejects.toMatchObject({ name: 'HostError', code: 'refused' });
    await expect(handle.setCarrier('e0', true)).rejects.toMatchObject({ code: 'refused' });
    await handle.ready(1);
    await handle.pause?.();
    expect(await handle.paused?.()).toBe(true);
    await handle.resume?.();
    expect(await handle.paused?.()).toBe(false);
    expect(signals).toEqual([
      [[77], 'SIGSTOP'],
      [[77], 'SIGCONT'],
    ]);
  });
});

describe('the folder of a node’s sockets', () => {
  it('is named as the node is where the paths stay short enough', () => {
    expect(nodeRunDirectory('/run/weft/demo', 'server')).toBe('/run/weft/demo/nodes/server');
    expect(nodeRunFiles('/r', '/lab/a.console.log').qmp).toBe('/r/qmp.sock');
  });

  it('never makes a socket path longer than the kernel takes, and differs from node to node', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 120 });
    fc.assert(
      fc.property(name, name, (a, b) => {
        const [x, y] = [nodeRunDirectory('/run/user/1000/weft/some-lab', a), nodeRunDirectory('/run/user/1000/weft/some-lab', b)];
        expect(Buffer.byteLength(nodeRunFiles(x, '').monitor)).toBeLessThanOrEqual(107);
        expect(x.split('/')).toHaveLength(8);
        expect(x === y).toBe(a === b);
      }),
    );
  });

  it('is refused below a folder that is too deep', () => {
    expect(() => nodeRunDirectory(`/${'d'.repeat(90)}`, 'n')).toThrow(/at most 107 bytes/);
  });
});

describe('the header of a script', () => {
  it('is read from line 2', () => {
    expect(parseScriptHeader('#!/bin/sh\n# weft: driver=qemu agent=yes ready=agent hotplug=yes\n')).toEqual({
      driver: 'qemu',
      agent: true,
      ready: { kind: 'agent' },
      hotplug: true,
      seed: false,
    });
    expect(parseScriptHeader('#!/bin/sh\n# weft: driver=qemu seed=cloud\n')?.seed).toBe(true);
    expect(() => parseScriptHeader('#!/bin/sh\n# weft: driver=qemu seed=oats\n')).toThrow('seed=oats; expected cloud or no');
    expect(parseScriptHeader('#!/bin/sh\n# weft: driver=namespace future=1\n')).toEqual({
      driver: 'namespace',
      agent: false,
      ready: { kind: 'process' },
      hotplug: false,
      seed: false,
    });
  });

  it('takes the rest of the line as the text to wait for', () => {
    expect(parseScriptHeader('#!/bin/sh\n# weft: agent=no hotplug=yes ready=console:Please press Enter = go\r\n')).toMatchObject({
      ready: { kind: 'console', text: 'Please press Enter = go' },
      hotplug: true,
    });
  });

  it('is absent in a template of the user’s own', () => {
    for (const script of ['', '#!/bin/sh', '#!/bin/sh\nexec qemu\n# weft: driver=qemu'])
      expect(parseScriptHeader(script)).toBeUndefined();
  });

  it('is refused when it says what we do not understand', () => {
    for (const words of ['driver=xen', 'agent=maybe', 'ready=soon', 'ready=console:', 'hotplug']) {
      expect(() => parseScriptHeader(`#!/bin/sh\n# weft: ${words}\n`)).toThrow(/weft line/);
    }
  });
});
