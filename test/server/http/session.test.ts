import { describe, expect, it } from 'vitest';
import { bodyOf, serverUnderTest } from './server-under-test.ts';

describe('POST /session/touch', () => {
  it('is activity; reading and refreshing are not', async () => {
    const { signIn, refresh, call, clock } = await serverUnderTest();
    const first = await signIn();
    clock.advance(240_000);
    const touched = await bodyOf(await call('POST', '/session/touch', { accessToken: first.access_token }));
    expect(touched).toMatchObject({
      session: { last_activity_at: '2026-01-05T12:04:00.000Z', expires_at: '2026-01-05T12:34:00.000Z' },
      server_time: '2026-01-05T12:04:00.000Z',
    });
    const next = await bodyOf(await refresh(first.refresh_token!));
    clock.advance(60_000);
    const read = await bodyOf(await call('GET', '/session', { accessToken: next['access_token'] as string }));
    expect(read).toMatchObject({ session: { last_activity_at: '2026-01-05T12:04:00.000Z' } });
  });
});

describe('session data', () => {
  it('is read, replaced, merged, set, removed and cleared', async () => {
    const { signIn, call } = await serverUnderTest();
    const { access_token: accessToken } = await signIn();
    const data = async (method: string, path = '', json?: unknown): Promise<unknown> => {
      const answer = await call(method, `/session/data${path}`, {
        accessToken,
        ...(json === undefined ? {} : { json }),
      });
      expect(answer.status).toBe(200);
      return (await bodyOf(answer))['data'];
    };
    expect(await data('GET')).toEqual({});
    expect(await data('PUT', '', { a: 1, b: { c: 2 } })).toEqual({ a: 1, b: { c: 2 } });
    expect(await data('PATCH', '', { b: 3, d: null })).toEqual({ a: 1, b: 3, d: null });
    expect(await data('PUT', '/e', ['x'])).toEqual({ a: 1, b: 3, d: null, e: ['x'] });
    const one = await call('GET', '/session/data/e', { accessToken });
    expect(await one.json()).toMatchObject({ value: ['x'], version: expect.any(Number) });
    expect(await data('DELETE', '/a')).toEqual({ b: 3, d: null, e: ['x'] });
    expect(await data('DELETE')).toEqual({});
    expect((await call('GET', '/session/data/e', { accessToken })).status).toBe(404);
    expect((await call('GET', '/session/data/toString', { accessToken })).status).toBe(404);
  });

  it('takes any key, escaped', async () => {
    const { signIn, call } = await serverUnderTest();
    const { access_token: accessToken } = await signIn();
    const key = 'a/b c?d=ü';
    await call('PUT', `/session/data/${encodeURIComponent(key)}`, { accessToken, json: 1 });
    expect(await bodyOf(await call('GET', '/session/data', { accessToken }))).toMatchObject({ data: { [key]: 1 } });
  });

  it('is a compare-and-set with If-Match', async () => {
    const { signIn, call } = await serverUnderTest();
    const { access_token: accessToken } = await signIn();
    const etag = (await call('GET', '/session/data', { accessToken })).headers.get('etag')!;
    const write = (ifMatch: string): Promise<Response> =>
      call('PATCH', '/session/data', { accessToken, json: { n: 1 }, headers: { 'if-match': ifMatch } });
    const first = await write(etag);
    expect([first.status, first.headers.get('etag')]).toEqual([200, expect.stringMatching(/^"\d+"$/)]);
    expect(await bodyOf(await write(etag))).toMatchObject({ code: 'version_conflict', status: 409 });
    expect((await write('nonsense')).status).toBe(400);
    expect((await write('*')).status).toBe(200);
  });

  it('refuses what is no object, too large or not there, and loses nothing', async () => {
    const { signIn, call } = await serverUnderTest();
    const { access_token: accessToken } = await signIn();
    await call('PUT', '/session/data', { accessToken, json: { kept: true } });
    for (const json of [[], 'text', null, 5])
      expect((await call('PUT', '/session/data', { accessToken, json })).status).toBe(400);
    const tooMuch = await call('PUT', '/session/data', { accessToken, json: { big: 'x'.repeat(70_000) } });
    expect([tooMuch.status, (await bodyOf(tooMuch))['code']]).toEqual([413, 'payload_too_large']);
    expect((await call('PUT', `/session/data/${'k'.repeat(300)}`, { accessToken, json: 1 })).status).toBe(400);
    expect(await bodyOf(await call('GET', '/session/data', { accessToken }))).toMatchObject({ data: { kept: true } });
  });
});
