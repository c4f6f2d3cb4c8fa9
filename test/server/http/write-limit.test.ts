import { describe, expect, it } from 'vitest';
import { serverUnderTest, type CallInit } from './server-under-test.ts';

const writes: Array<[string, string, CallInit]> = [
  ['POST', '/session/touch', {}],
  ['PUT', '/session/data', { json: { a: 1 } }],
  ['PATCH', '/session/data', { json: { b: 2 } }],
  ['PUT', '/session/data/c', { json: 3 }],
  ['DELETE', '/session/data/c', {}],
  ['DELETE', '/session/data', {}],
];

describe('what a session changes', () => {
  it('is limited by session, all kinds together, and says when to come back', async () => {
    const on = await serverUnderTest({ limits: { writePerSession: { count: writes.length, per: '1m' } } });
    const [one, other] = [await on.signIn(), await on.signIn()];
    for (const [method, path, init] of writes)
      expect((await on.call(method, path, { ...init, accessToken: one.access_token })).status, path).toBe(200);
    for (const [method, path, init] of writes) {
      const answer = await on.call(method, path, { ...init, accessToken: one.access_token });
      expect([answer.status, answer.headers.get('retry-after')], path).toEqual([429, '10']);
      expect(await answer.json()).toMatchObject({ code: 'rate_limited' });
    }
    expect((await on.call('GET', '/session/data', { accessToken: one.access_token })).status).toBe(200);
    expect((await on.call('POST', '/session/touch', { accessToken: other.access_token })).status).toBe(200);
    on.clock.advance(10_000);
    expect((await on.call('POST', '/session/touch', { accessToken: one.access_token })).status).toBe(200);
  });

  it('is counted only with a good token', async () => {
    const on = await serverUnderTest({ limits: { writePerSession: { count: 1, per: '1m' } } });
    const { access_token: accessToken } = await on.signIn();
    for (let i = 0; i < 5; i++)
      expect((await on.call('POST', '/session/touch', { accessToken: `${accessToken}x` })).status).toBe(401);
    expect((await on.call('POST', '/session/touch', { accessToken })).status).toBe(200);
  });
});
