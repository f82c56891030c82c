import { expect, it } from 'vitest';
import { HostError } from '../../boundary/host-error.ts';
import { nameLookup } from './look-up-name.ts';

it('asks the name servers of a namespace in their order, until one answers', async () => {
  const asked: string[] = [];
  const lookUp = nameLookup(({ netns, server, name }) => {
    asked.push(`${netns} ${server} ${name}`);
    return server.endsWith('2')
      ? Promise.resolve({ addresses: ['192.0.2.80'], ttl: 5 })
      : Promise.reject(new HostError('no-answer', `${server} is silent`));
  });
  const asker = (...servers: string[]) => ({ name: 'net', handle: undefined, servers });
  expect(await lookUp(asker('192.0.2.1', '192.0.2.2', '192.0.2.3'), 'www.test')).toEqual({ addresses: ['192.0.2.80'], ttl: 5 });
  expect(asked).toEqual(['net 192.0.2.1 www.test', 'net 192.0.2.2 www.test']);
  await expect(lookUp(asker('192.0.2.1'), 'www.test')).rejects.toThrow('192.0.2.1 is silent');
  await expect(lookUp(asker(), 'www.test')).rejects.toThrow('net knows no name server');
});
