import { describe, expect, expectTypeOf, it } from 'vitest';
import type { SessionManager } from '../../src/index.ts';
import { done, refusal, signedIn, untilExpired, watch, type Watched } from './signed-in.ts';
import { answerOf, expectUntouched } from './trouble.ts';
import { api, count, type World } from './world.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

describe('a start without a server', () => {
  it('G2: no request is ever answered: the person is there without any time passing, and nothing was asked', async () => {
    const { world, tab, session: before } = await signedIn();
    await untilExpired(world, before);
    tab.close();
    world.clock.sleep(9 * hour);
    const asked: string[] = [];
    world.proxy = ({ url }) => {
      asked.push(url);
      throw new TypeError('Failed to fetch');
    };
    const startedAt = world.clock.now();
    const { session } = world.open();
    let askedBefore = -1;
    session.subscribe(() => (askedBefore = askedBefore < 0 ? asked.length : askedBefore));
    expect(await done(world, session.ready())).toMatchObject({ status: 'authenticated', user: { id: 'ada' } });
    expect(askedBefore).toBe(0);
    expect(world.clock.now()).toBe(startedAt);
  });

  it('G2: the network half of the app is never loaded: the person is there', async () => {
    const { world, tab } = await signedIn();
    tab.close();
    const { session } = world.open({ fetch: () => new Promise(() => {}) });
    let state: unknown;
    void session.ready().then((ready) => (state = ready));
    await world.clock.settle();
    expect(state).toMatchObject({ status: 'authenticated', user: { id: 'ada' } });
    let answered = false;
    void session
      .refresh()
      .finally(() => (answered = true))
      .catch(() => {});
    await world.clock.advance(9 * second);
    expect([answered, session.getState().status]).toEqual([false, 'authenticated']);
    expect(await done(world, session.getAccessToken())).toBe(session.peekAccessToken());
    session.dispose();
  });

  it('G2: a sign-out of an earlier visit still waits for the server: ready() does not wait with it', async () => {
    const { world, tab, session } = await signedIn();
    world.offline = true;
    await done(world, session.signOut());
    tab.close();
    const later = world.open({ fetch: () => new Promise(() => {}) });
    let state: unknown;
    void later.session.ready().then((ready) => (state = ready));
    await world.clock.settle();
    expect(state).toMatchObject({ status: 'unauthenticated', endReason: 'signed_out' });
    later.session.dispose();
  });
});

describe('a browser that is wrong about the network', () => {
  it('G4: it says that there is none, and there is: tokens are renewed as ever, and calls go out', async () => {
    const { world, tab, session, statuses, connections } = await signedIn();
    tab.platform.setOnline(false);
    await world.clock.advance(20 * minute);
    expect(session.token.getState().freshness).toBe('fresh');
    expect(count(world, 'POST /token', 200)).toBeGreaterThanOrEqual(4);
    expect(await answerOf(world, session)).toBe(200);
    expect([statuses, connections]).toEqual([['authenticated'], []]);
    await done(world, session.signOut());
    await world.clock.advance(second);
    expect(count(world, 'POST /revoke', 200)).toBe(1);
  });

  it('G4: it says that there is none, and somebody sets the clock: the server is asked, and nobody is signed out', async () => {
    const { world, tab, session } = await signedIn({ remember: false });
    tab.platform.setOnline(false);
    tab.clock.step(2 * hour);
    tab.platform.emit('look');
    await world.clock.advance(second);
    expect(session.getState().status).toBe('authenticated');
    expect(session.idle.getState().phase).toBe('active');
  });

  it('G4: it says that there is one, and there is none: as without a network', async () => {
    const ada = await signedIn();
    const { world, session } = ada;
    ada.tab.platform.setOnline(true);
    world.offline = true;
    await untilExpired(world, session);
    expectUntouched(world, ada);
    expect(session.getState().connection).toBe('offline');
    world.offline = false;
    await world.clock.advance(minute);
    expect(session.token.getState()).toMatchObject({ freshness: 'fresh', generation: 1 });
  });

  it('G4: the network is back and the browser says so: renewed at once, whatever pause was planned', async () => {
    const { world, tab, session } = await signedIn();
    world.offline = true;
    await world.clock.advance(30 * minute);
    world.offline = false;
    tab.platform.setOnline(true);
    await world.clock.advance(2 * second);
    expect(session.token.getState()).toMatchObject({ freshness: 'fresh', generation: 1 });
  });
});

describe('a token without a network', () => {
  it('G5: it is over: every call rejects, now, in the pause and later; none answers with nothing', async () => {
    const { world, session } = await signedIn();
    world.offline = true;
    await untilExpired(world, session);
    for (let n = 0; n < 20; n++) {
      for (const minValidity of [undefined, 0 as const, '1m']) {
        const asked = minValidity === undefined ? undefined : { minValidity };
        await expect(refusal(world, session.getAccessToken(asked))).resolves.toMatchObject({
          code: expect.stringMatching(/^(offline|network_error)$/),
          retryable: true,
        });
      }
      expect(session.peekAccessToken()).toBeNull();
      await expect(refusal(world, session.fetch('/session'))).resolves.toMatchObject({ retryable: true });
      await world.clock.advance(10 * second);
    }
    expect(session.getState()).toMatchObject({ status: 'authenticated', user: { id: 'ada' } });
    expect(world.seen.filter(({ route }) => route === 'GET /session')).toEqual([]);
  });

  it('G5: the type of a token has no room for nothing', () => {
    expectTypeOf<Awaited<ReturnType<SessionManager['getAccessToken']>>>().toEqualTypeOf<string>();
    expectTypeOf<ReturnType<SessionManager['peekAccessToken']>>().toEqualTypeOf<string | null>();
  });
});

describe('a sign-out without a network', () => {
  /** Sends what the outbox holds as if it were a token that signs in. */
  async function abuse(world: World, token: string): Promise<number[]> {
    const post = (path: string, headers: Record<string, string>, body: string | null): Request =>
      new Request(api + path, { method: body === null ? 'GET' : 'POST', headers, body });
    const form = `grant_type=refresh_token&refresh_token=${token}`;
    const type = { 'Content-Type': 'application/x-www-form-urlencoded', 'Idempotency-Key': `"${'k'.repeat(22)}"` };
    return Promise.all(
      [
        post('/token', type, form),
        post('/session', { Authorization: `Bearer ${token}` }, null),
        post('/session', { Authorization: `DPoP ${token}` }, null),
      ].map(async (request) => (await world.send(request)).status),
    );
  }

  it('G7: it holds at once in every tab; what is kept can only revoke, and the server has it when the network is back', async () => {
    const { world, ...first } = await signedIn();
    const tabs: Watched[] = [first, watch(world.open()), watch(world.open())];
    for (const { session } of tabs) await done(world, session.ready());
    const record = world.vault.record();
    if (record?.kind !== 'live') throw new Error('expected a session');
    world.offline = true;
    const at = world.clock.now();
    await done(world, first.session.signOut());
    await world.clock.advance(100);
    for (const { session } of tabs) {
      expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'signed_out' });
      expect(session.peekAccessToken()).toBeNull();
    }
    const { outbox } = world.vault.contents();
    expect(outbox).toEqual([{ sessionId: record.sessionId, revocationToken: record.revocationToken, at }]);
    const stored = JSON.stringify(world.vault.contents());
    for (const token of [record.accessToken, record.refreshToken ?? '']) expect(stored).not.toContain(token);
    const statuses = await abuse(world, record.revocationToken ?? '');
    expect(statuses.every((status) => status === 400 || status === 401)).toBe(true);
    for (const { tab } of tabs) tab.close();
    world.offline = false;
    const later = world.open();
    await done(world, later.session.ready());
    await world.clock.advance(5 * second);
    expect(count(world, 'POST /revoke', 200)).toBe(1);
    expect(world.vault.contents().outbox).toEqual([]);
    expect(later.session.getState()).toMatchObject({ endReason: 'signed_out' });
  });

  it('G7: somebody else signs in, still without having reached the server for the sign-out: both are done', async () => {
    const { world, session } = await signedIn();
    world.proxy = ({ url }) => (url.endsWith('/revoke') ? new Response(null, { status: 503 }) : null);
    await done(world, session.signOut());
    await done(world, session.signIn({ username: 'grace' }));
    await world.clock.advance(minute);
    expect(world.vault.contents().outbox).toHaveLength(1);
    world.proxy = () => null;
    await world.clock.advance(minute);
    expect(world.vault.contents().outbox).toEqual([]);
    expect(session.getState()).toMatchObject({ status: 'authenticated', user: { id: 'grace' } });
    expect(await answerOf(world, session)).toBe(200);
  });
});
