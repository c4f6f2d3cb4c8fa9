import { describe, expect, it } from 'vitest';
import { countedAddress } from '../../../src/server/http/counted-address.ts';
import { serverUnderTest } from './server-under-test.ts';

describe('what sign-ins are counted by', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff:eeee:dddd:cccc', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002:0000:0000:0000:0001', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::1]', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['[2001:db8:1:2::1]:4711', '2001:db8:1:2::/64'],
    ['192.0.2.7:4711', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:c000:207', '192.0.2.7'],
    ['not: an address', 'not: an address'],
    ['', ''],
  ])('is of %s: %s', (address, counted) => expect(countedAddress(address)).toBe(counted));

  it('is one network of IPv6, whatever addresses somebody makes up in it', async () => {
    const on = await serverUnderTest({
      limits: { signInPerAddress: { count: 3, per: '1m' } },
      clientAddress: (_request, env) => (env as { address: string }).address,
    });
    const from = async (address: string): Promise<number> => {
      const json = { credentials: { username: `user of ${address}`, password: 'wrong' } };
      return (await on.call('POST', '/sessions', { json, env: { address } })).status;
    };
    for (const last of ['1', '2', 'b:c:d']) expect(await from(`2001:db8:1:2::${last}`)).toBe(401);
    expect(await from('2001:db8:1:2::4')).toBe(429);
    expect(await from('2001:db8:1:3::4')).toBe(401);
  });
});
