import { expect, it } from 'vitest';
import { DeviceList } from './device-list.ts';

it('asks once for all at about the same time, and anew after a while, a change or a failure', async () => {
  let [now, asked, fails] = [0, 0, false];
  const ask = () => {
    asked += 1;
    return fails ? Promise.reject(new Error('silence')) : Promise.resolve([{ name: `link${asked}`, type: 'child' }]);
  };
  const list = new DeviceList(ask, { now: () => now, sleep: () => Promise.resolve() });
  expect(await Promise.all([list.ids(), list.ids()])).toEqual([['link1'], ['link1']]);
  now = 99;
  expect(await list.ids()).toEqual(['link1']);
  now = 100;
  expect(await list.ids()).toEqual(['link2']);
  list.changed();
  expect(await list.ids()).toEqual(['link3']);
  list.changed();
  fails = true;
  await expect(list.ids()).rejects.toThrow('silence');
  fails = false;
  expect(await list.ids()).toEqual(['link5']);
});
