import { expect, expectTypeOf, test } from 'vitest';
import type { SessionOptions } from '../../src/index.ts';
import { sessionKy } from '../../src/client/http/ky.ts';
import { done, refusal, signedIn, untilExpired } from './signed-in.ts';
import { api, createWorld } from './world.ts';

const hidden = { tokens: 'hidden' } as const;
const refused = { code: 'not_supported', retryable: false, message: expect.stringContaining('fetch()') as string };

test('a manager whose tokens are hidden hands out none, signed in or not, with a network or without', async () => {
  const { world, session } = await signedIn(hidden);
  const nobody = createWorld().open(hidden).session;
  const lookEverywhere = async (): Promise<void> => {
    for (const one of [session, nobody]) {
      expect(() => one.peekAccessToken()).toThrow(expect.objectContaining(refused) as Error);
      expect(await refusal(world, one.getAccessToken())).toMatchObject(refused);
      expect(await refusal(world, one.getAccessToken({ minValidity: '1m' }))).toMatchObject(refused);
      expect(await refusal(world, one.authorize(new Request(`${api}/session`)))).toMatchObject(refused);
    }
  };
  await lookEverywhere();
  world.offline = true;
  await untilExpired(world, session);
  await lookEverywhere();
});

test('everything that needs no token in hand works: fetch, ky, devices, data, refresh, step by step to the sign-out', async () => {
  const { world, session } = await signedIn(hidden);
  expect((await done(world, session.fetch('/session'))).status).toBe(200);
  const throughKy = sessionKy(session, { retry: 0 }).get(`${api}/session`).json();
  expect(await done(world, throughKy)).toMatchObject({ user: { id: 'ada' } });
  expect(await done(world, session.devices.list())).toMatchObject([{ current: true }]);
  await done(world, session.data.set('theme', 'dark'));
  expect(await done(world, session.data.get())).toEqual({ theme: 'dark' });
  await done(world, session.refresh());
  expect(session.token.getState()).toMatchObject({ generation: 1, freshness: 'fresh' });
  await untilExpired(world, session);
  expect((await done(world, session.fetch('/session'))).status).toBe(200);
  await done(world, session.signOut());
  expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'signed_out' });
});

test('the option is one of two words', () => {
  expectTypeOf<SessionOptions['tokens']>().toEqualTypeOf<'readable' | 'hidden' | undefined>();
});
