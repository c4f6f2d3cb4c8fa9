import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Listening } from './listening.ts';
import { bodyOf, serverUnderTest, startedAt, type ServerUnderTest } from './server-under-test.ts';

let on: ServerUnderTest;
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
/** The clock of the server and its timers, together. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 1000) {
    on.clock.advance(Math.min(1000, left));
    await vi.advanceTimersByTimeAsync(Math.min(1000, left));
  }
}

beforeEach(async () => {
  vi.useFakeTimers({ now: startedAt });
  on = await serverUnderTest();
});
afterEach(() => {
  const left = vi.getTimerCount();
  vi.useRealTimers();
  if (left > 0) throw new Error(`${left} timers were left running.`);
});

async function listen(accessToken: string, headers: Record<string, string> = {}): Promise<Listening> {
  const listening = new Listening(await on.call('GET', '/events', { accessToken, headers }));
  await settle();
  return listening;
}

describe('GET /events', () => {
  it('is a stream of events that no cache and no proxy holds back', async () => {
    const { access_token } = await on.signIn();
    const answer = await on.call('GET', '/events', { accessToken: access_token });
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-accel-buffering')).toBe('no');
    await answer.body!.cancel();
    await settle();
  });

  it('opens no stream for HEAD', async () => {
    const { access_token: accessToken } = await on.signIn();
    const answer = await on.call('HEAD', '/events', { accessToken });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  });

  it('needs an access token', async () => {
    expect((await on.call('GET', '/events')).status).toBe(401);
  });

  it("tells of other devices, of nobody else's, and of no refresh", async () => {
    const mine = await on.signIn();
    const listening = await listen(mine.access_token);
    const other = await on.signIn();
    await on.signIn({ username: 'grace' });
    await on.refresh(other.refresh_token!);
    await on.sessions.touch(other.session_id);
    await on.sessions.revoke(other.session_id, 'signed_out_elsewhere');
    await settle();
    expect(listening.events).toEqual([
      { type: 'user.sessions_changed', session_id: other.session_id, at: expect.any(String) },
      { type: 'session.ended', session_id: other.session_id, reason: 'signed_out_elsewhere', at: expect.any(String) },
    ]);
    expect(listening.isOver).toBe(false);
    await listening.leave();
    await settle();
  });

  it('tells those whom it concerns that what their tokens say has changed, which ends their stream', async () => {
    const mine = await on.signIn();
    const hers = await on.signIn({ username: 'grace' });
    const [listening, elsewhere] = [await listen(mine.access_token), await listen(hers.access_token)];
    await on.sessions.claimsChanged('user_ada');
    await settle();
    const told = { type: 'session.claims_changed', session_id: mine.session_id, at: expect.any(String) };
    expect([listening.events, listening.isOver]).toEqual([[told], true]);
    expect([elsewhere.events, elsewhere.isOver]).toEqual([[], false]);

    await on.sessions.revokeEverybody();
    await settle();
    const ended = { type: 'user.sessions_revoked', reason: 'revoked_all', at: expect.any(String) };
    expect([elsewhere.events, elsewhere.isOver]).toEqual([[ended], true]);
  });

  it('tells of its own session: activity, data, and its end, which ends the stream', async () => {
    const { access_token, session_id } = await on.signIn();
    const listening = await listen(access_token);
    await on.sessions.touch(session_id);
    await on.sessions.data.set(session_id, 'a', 1);
    await on.sessions.revoke(session_id, 'revoked');
    await settle();
    expect(listening.events.map(({ type, reason }) => [type, reason])).toEqual([
      ['session.touched', undefined],
      ['session.updated', undefined],
      ['session.ended', 'revoked'],
    ]);
    expect(listening.isOver).toBe(true);
  });

  it('tells of reuse', async () => {
    const { access_token, refresh_token } = await on.signIn();
    const listening = await listen(access_token);
    await on.refresh(refresh_token!);
    await on.refresh(refresh_token!, 'thief'.padEnd(22, '-'));
    await settle();
    expect(listening.events).toMatchObject([{ type: 'session.ended', reason: 'reuse_detected' }]);
  });

  it('tells of a sign-out everywhere, and ends: the token of this stream is out of date', async () => {
    const { access_token } = await on.signIn();
    const listening = await listen(access_token);
    await on.sessions.revokeAll('user_ada');
    await settle();
    expect(listening.events).toMatchObject([{ type: 'user.sessions_revoked' }]);
    expect(listening.isOver).toBe(true);
  });

  it('resumes after the last event that the client had, and sends nothing twice', async () => {
    const mine = await on.signIn();
    const first = await listen(mine.access_token);
    const a = await on.signIn();
    await settle();
    await first.leave();
    const b = await on.signIn();
    const c = await on.signIn();
    const second = await listen(mine.access_token, { 'last-event-id': first.ids.at(-1)! });
    const d = await on.signIn();
    await settle();
    expect(first.events.map((event) => event.session_id)).toEqual([a.session_id]);
    expect(second.events.map((event) => event.session_id)).toEqual([b.session_id, c.session_id, d.session_id]);
    expect(second.ids).toEqual(second.ids.toSorted((x, y) => Number(x) - Number(y)));
    await second.leave();
    await settle();
  });

  it('sends what happens while it catches up once', async () => {
    const mine = await on.signIn();
    const during: string[] = [];
    const busy: ServerUnderTest['sessions'] = {
      ...on.sessions,
      events: async (query) => {
        during.push((await on.signIn()).session_id);
        return on.sessions.events(query);
      },
    };
    const other = await serverUnderTest({ sessions: busy, tokens: on.tokens, clock: on.clock });
    const headers = { 'last-event-id': '1' };
    const answer = await other.call('GET', '/events', { accessToken: mine.access_token, headers });
    const listening = new Listening(answer);
    await vi.waitUntil(() => listening.events.length > 1);
    await settle();
    expect(listening.events.map((event) => event.session_id)).toEqual([mine.session_id, ...during]);
    await listening.leave();
    await settle();
  });

  it('refuses a Last-Event-ID that is none', async () => {
    const { access_token: accessToken } = await on.signIn();
    const answer = await on.call('GET', '/events', { accessToken, headers: { 'last-event-id': '1; DROP' } });
    expect(answer.status).toBe(400);
  });

  it('pings every 15 seconds', async () => {
    const { access_token } = await on.signIn();
    const listening = await listen(access_token);
    await pass(45_000);
    expect(listening.text.match(/^: ping$/gm)).toHaveLength(3);
    await listening.leave();
    await settle();
  });

  it('asks for the session itself every 30 seconds, whatever became of the events', async () => {
    on = await serverUnderTest();
    const { access_token, session_id } = await on.signIn();
    const deaf = { ...on.sessions, subscribe: () => () => undefined };
    const other = await serverUnderTest({ sessions: deaf, tokens: on.tokens, clock: on.clock });
    const answer = await other.call('GET', '/events', { accessToken: access_token });
    const listening = new Listening(answer);
    await on.sessions.revoke(session_id, 'revoked');
    await pass(29_000);
    expect(listening.events).toEqual([]);
    await pass(1000);
    expect(listening.events).toEqual([
      { type: 'session.ended', session_id, reason: 'revoked', at: '2026-01-05T12:00:30.000Z' },
    ]);
    expect(listening.isOver).toBe(true);
  });

  it('says idle when nobody was active for too long', async () => {
    const quick = await serverUnderTest();
    on = quick;
    const { access_token, session_id } = await quick.signIn();
    const listening = await listen(access_token);
    on.clock.advance(30 * 60_000);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(listening.events).toMatchObject([{ type: 'session.ended', session_id, reason: 'idle' }]);
  });

  it('outlives a store that is away for a while', async () => {
    let isAway = false;
    const { access_token } = await on.signIn();
    const flaky = {
      ...on.sessions,
      check: (id: string, stamp: number) => (isAway ? Promise.reject(new Error('away')) : on.sessions.check(id, stamp)),
    };
    const other = await serverUnderTest({ sessions: flaky, tokens: on.tokens, clock: on.clock });
    const listening = new Listening(await other.call('GET', '/events', { accessToken: access_token }));
    isAway = true;
    await pass(60_000);
    expect(listening.isOver).toBe(false);
    await listening.leave();
    await settle();
  });

  it('ends with the access token', async () => {
    const { access_token, expires_in } = await on.signIn();
    const listening = await listen(access_token);
    await pass(expires_in * 1000 - 1);
    expect(listening.isOver).toBe(false);
    await pass(1000);
    expect(listening.isOver).toBe(true);
    expect(listening.events).toEqual([]);
  });

  it('ends when the server drains, which takes no new ones', async () => {
    const { access_token: accessToken } = await on.signIn();
    const listening = await listen(accessToken);
    on.server.drain();
    await settle();
    expect(listening.isOver).toBe(true);
    const answer = await on.call('GET', '/events', { accessToken });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
  });

  it('is open at most 20 times a user, and closing one makes room', async () => {
    const { access_token: accessToken } = await on.signIn();
    const open = await Promise.all(Array.from({ length: 20 }, () => listen(accessToken)));
    const refused = await on.call('GET', '/events', { accessToken });
    expect([refused.status, (await bodyOf(refused))['code']]).toEqual([429, 'rate_limited']);
    await open[0]!.leave();
    await settle();
    const again = await listen(accessToken);
    expect(again.status).toBe(200);
    on.server.drain();
    await settle();
  });

  it('gives up a client that does not read', async () => {
    const { access_token: accessToken, session_id } = await on.signIn();
    const answer = await on.call('GET', '/events', { accessToken });
    for (let i = 0; i < 400; i++) await on.sessions.touch(session_id);
    await settle();
    // The stream is still to be read to its end, which came early.
    const listening = new Listening(answer);
    await settle();
    expect(listening.isOver).toBe(true);
    expect(listening.events.length).toBeLessThan(300);
  });
});
