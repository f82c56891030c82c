import { expect, it } from 'vitest';
import type { NodeHandle } from '../../boundary/driver.ts';
import { addressesIn, lookUpInGuest } from './guest-names.ts';

it.each([
  ['getent', '192.0.2.80      STREAM www.test\n192.0.2.80      DGRAM\n2001:db8::1     STREAM\n', ['192.0.2.80', '2001:db8::1']],
  [
    "busybox's nslookup",
    'Server:\t\t10.139.1.1\nAddress:\t10.139.1.1:53\n\nNon-authoritative answer:\nName:\twww.test\nAddress: 192.0.2.80\n\nName:\twww.test\nAddress: 2001:db8::1\n',
    ['192.0.2.80', '2001:db8::1'],
  ],
  [
    "an older busybox's nslookup",
    'Server:    10.139.1.1\nAddress 1: 10.139.1.1\n\nName:      www.test\nAddress 1: 192.0.2.80 www.test\n',
    ['192.0.2.80'],
  ],
  ['a failure', 'Server:\t\t10.139.1.1\nAddress:\t10.139.1.1:53\n\n', []],
  ['nonsense', 'fe80::1%eth0 STREAM x\n999.1.1.1 STREAM x\n', []],
])('reads the addresses of %s', (_who, text, addresses) => {
  expect(addressesIn(text)).toEqual(addresses);
});

it('fails where a guest finds none', async () => {
  const exec: NodeHandle['exec'] = () => Promise.resolve({ code: 1, stdout: new Uint8Array(), stderr: new Uint8Array() });
  await expect(lookUpInGuest({ exec }, 'www.test')).rejects.toMatchObject({ code: 'no-answer' });
});
