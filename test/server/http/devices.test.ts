import { describe, expect, it } from 'vitest';
import { tokenResponseSchema } from '../../../src/protocol/token-response.ts';
import type { SessionView } from '../../../src/protocol/session-view.ts';
import { bodyOf, serverUnderTest } from './server-under-test.ts';

const listed = async (answer: Response): Promise<SessionView[]> => (await bodyOf(answer))['sessions'] as SessionView[];

describe('my devices', () => {
  it("are listed newest first, and nobody else's", async () => {
    const { signIn, call, clock } = await serverUnderTest();
    const first = await signIn();
    clock.advance(1000);
    const second = await signIn();
    await signIn({ username: 'grace' });
    const views = await listed(await call('GET', '/sessions', { accessToken: first.access_token }));
    expect(views.map(({ id, current }) => [id, current])).toEqual([
      [second.session_id, false],
      [first.session_id, true],
    ]);
    expect(JSON.stringify(views)).not.toContain(second.refresh_token!);
  });

  it('come in pages', async () => {
    const { signIn, call } = await serverUnderTest();
    const { access_token: accessToken } = await signIn();
    for (let i = 0; i < 4; i++) await signIn();
    const seen = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const next = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page = await bodyOf(await call('GET', `/sessions?limit=2${next}`, { accessToken }));
      seen.push(...(page['sessions'] as SessionView[]).map(({ id }) => id));
      cursor = page['cursor'] as string | null;
    }
    expect(new Set(seen).size).toBe(5);
    for (const limit of ['0', '101', 'x', '-1'])
      expect((await call('GET', `/sessions?limit=${limit}`, { accessToken })).status).toBe(400);
  });

  it('are signed out one by one; again is fine', async () => {
    const { signIn, call, refresh } = await serverUnderTest();
    const mine = await signIn();
    const other = await signIn();
    for (let i = 0; i < 2; i++)
      expect((await call('DELETE', `/sessions/${other.session_id}`, { accessToken: mine.access_token })).status).toBe(
        204,
      );
    expect(await bodyOf(await refresh(other.refresh_token!))).toMatchObject({ reason: 'signed_out_elsewhere' });
    expect((await call('GET', '/session', { accessToken: mine.access_token })).status).toBe(200);
  });

  it('of other people cannot be told from ones that do not exist (S94)', async () => {
    const { signIn, call, sessions } = await serverUnderTest();
    const mine = await signIn();
    const theirs = await signIn({ username: 'grace' });
    const unknown = `${mine.session_id.slice(0, -4)}AAAA`;
    const answers = [];
    for (const id of [theirs.session_id, unknown, 'nonsense'])
      answers.push(await bodyOf(await call('DELETE', `/sessions/${id}`, { accessToken: mine.access_token })));
    expect(answers[0]).toMatchObject({ code: 'session_not_found', status: 404 });
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
    expect(await sessions.get(theirs.session_id)).not.toBeNull();
  });

  it('N7: scope=others ends the others and hands the caller a fresh access token, no refresh token', async () => {
    const { signIn, call, refresh } = await serverUnderTest();
    const mine = await signIn();
    const other = await signIn();
    const grace = await signIn({ username: 'grace' });
    const answer = await call('DELETE', '/sessions?scope=others', { accessToken: mine.access_token });
    const body = await bodyOf(answer);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(tokenResponseSchema.parse(body)).toMatchObject({ session_id: mine.session_id, generation: 0 });
    expect(body).toMatchObject({ revoked_count: 1 });
    expect(body).not.toHaveProperty('refresh_token');

    expect(await bodyOf(await call('GET', '/session', { accessToken: mine.access_token }))).toMatchObject({
      code: 'claims_stale',
    });
    expect((await call('GET', '/session', { accessToken: body['access_token'] as string })).status).toBe(200);
    expect((await refresh(mine.refresh_token!)).status).toBe(200);
    expect(await bodyOf(await refresh(other.refresh_token!))).toMatchObject({ reason: 'revoked_all' });
    expect((await refresh(grace.refresh_token!)).status).toBe(200);
  });

  it("N7: scope=all ends all of them, and nobody else's", async () => {
    const { signIn, call, refresh } = await serverUnderTest();
    const mine = await signIn();
    const grace = await signIn({ username: 'grace' });
    const answer = await call('DELETE', '/sessions?scope=all', { accessToken: mine.access_token });
    expect(await answer.json()).toEqual({ revoked_count: 1, server_time: '2026-01-05T12:00:00.000Z' });
    expect(await bodyOf(await refresh(mine.refresh_token!))).toMatchObject({ reason: 'revoked_all' });
    expect((await refresh(grace.refresh_token!)).status).toBe(200);
  });

  it('are not all ended by a request that forgot to say which', async () => {
    const { signIn, call } = await serverUnderTest();
    const { access_token: accessToken } = await signIn();
    for (const path of ['/sessions', '/sessions?scope=', '/sessions?scope=every'])
      expect((await call('DELETE', path, { accessToken })).status).toBe(400);
    expect((await call('GET', '/session', { accessToken })).status).toBe(200);
  });

  it('are neither listed nor ended by a request that says two things', async () => {
    const { signIn, call, sessions } = await serverUnderTest();
    const [one, other] = [await signIn(), await signIn()];
    for (const [method, query] of [
      ['DELETE', 'scope=others&scope=all'],
      ['DELETE', 'scope=all&scope=all'],
      ['GET', 'limit=1&limit=2'],
      ['GET', 'cursor=a&cursor=b'],
    ] as const) {
      const answer = await call(method, `/sessions?${query}`, { accessToken: one.access_token });
      expect([answer.status, await answer.json()]).toEqual([
        400,
        expect.objectContaining({ detail: expect.stringMatching(/is in the query more than once\.$/) }),
      ]);
    }
    for (const { session_id } of [one, other]) expect(await sessions.get(session_id)).not.toBeNull();
  });

  it('D5: a replayed token ends one device, not the others', async () => {
    const { signIn, refresh } = await serverUnderTest();
    const stolen = await signIn();
    const other = await signIn();
    await refresh(stolen.refresh_token!);
    await refresh(stolen.refresh_token!, 'thief'.padEnd(22, '-'));
    expect((await refresh(other.refresh_token!)).status).toBe(200);
  });
});
