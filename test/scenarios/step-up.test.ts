import { decodeJwt, type JSONWebKeySet } from 'jose';
import { describe, expect, it } from 'vitest';
import type { SessionManager, SessionOptions } from '../../src/index.ts';
import { demandStepUp, StepUpRequired, verifyAccessToken } from '../../src/server/verify.ts';
import { done, refusal, signedIn } from './signed-in.ts';
import { api, count, type World } from './world.ts';

const minute = 60_000;
const route = 'POST /session/reauthenticate';
const ada = { username: 'ada' };

/** An API of another process: it takes a transfer of who proved lately who they are, and says else so by the standard alone. */
async function bank(world: World): Promise<string[]> {
  const answer = await world.send(new Request(`${api}/.well-known/jwks.json`));
  const jwks = (await answer.json()) as JSONWebKeySet;
  const now = (): number => world.clock.now();
  const transfers: string[] = [];
  world.proxy = async (request) => {
    if (!request.url.endsWith('/transfer')) return null;
    const claims = await verifyAccessToken(request, { jwks, issuer: api, audience: api, requireBound: true, now });
    try {
      demandStepUp(claims, { maxAge: '5m', now });
    } catch (error) {
      if (!(error instanceof StepUpRequired)) throw error;
      return new Response(null, { status: 401, headers: error.headers });
    }
    transfers.push(await request.text());
    return new Response(null, { status: 201 });
  };
  return transfers;
}

/** When the person proved who they are, by the token that the tab has. Epoch milliseconds. */
function provenAt({ peekAccessToken }: SessionManager): number {
  return Number(decodeJwt(peekAccessToken() ?? '')['auth_time']) * 1000;
}

describe.each([
  ['bearer mode', false],
  ['cookie mode', true],
])('step-up, %s', (_mode, cookies) => {
  it('a request that needs a newer proof waits for the dialog, and goes through in the same session', async () => {
    const asked: string[] = [];
    const stepUp: SessionOptions['stepUp'] = async ({ url }) => {
      asked.push(url);
      await session.reauthenticate(ada);
    };
    const { world, session, statuses } = await signedIn({ cookies, stepUp });
    const transfers = await bank(world);
    const { id } = (await world.sessions.list('ada')).sessions[0]!;
    await world.clock.advance(20 * minute);
    const before = session.token.getState().generation!;
    const response = await done(world, session.fetch('/transfer', { method: 'POST', body: '5' }));
    expect(response.status).toBe(201);
    expect(transfers).toEqual(['5']);
    expect(asked).toEqual([`${api}/transfer`]);
    // One refresh, and the same session all the time.
    expect(session.token.getState().generation).toBe(before + 1);
    expect((await world.sessions.list('ada')).sessions).toMatchObject([{ id, authenticatedAt: world.clock.now() }]);
    expect(statuses).toEqual(['authenticated']);

    expect((await done(world, session.fetch('/transfer', { method: 'POST', body: '6' }))).status).toBe(201);
    expect(asked).toHaveLength(1);
  });

  it('a token that was on its way already is of before, so another one is fetched', async () => {
    const { world, session } = await signedIn({ cookies });
    await world.clock.advance(minute);
    world.late('/token', 2000);
    const early = session.refresh();
    for (let turn = 0; turn < 5; turn++) await world.clock.settle();
    const proving = session.reauthenticate(ada);
    for (let turn = 0; turn < 5; turn++) await world.clock.settle();
    expect(count(world, route, 200)).toBe(1);
    const at = world.clock.now();
    await world.clock.advance(2000);
    await done(world, early);
    await done(world, proving);
    expect(provenAt(session)).toBe(at);
    expect(session.token.getState().generation).toBe(2);
  });

  it('other tabs have the newer token, too', async () => {
    const { world, session } = await signedIn({ cookies });
    const other = world.open();
    await done(world, other.session.ready());
    await world.clock.advance(minute);
    await done(world, session.reauthenticate(ada));
    await world.clock.settle();
    expect(provenAt(other.session)).toBe(world.clock.now());
  });

  it('credentials of somebody else are wrong ones: asked once, nothing is renewed, and nobody is signed out', async () => {
    const { world, session } = await signedIn({ cookies });
    const wrong = await refusal(world, session.reauthenticate({ username: 'grace' }));
    expect(wrong).toMatchObject({ code: 'invalid_credentials', retryable: false });
    expect(count(world, route, 401)).toBe(1);
    expect(count(world, 'POST /token', 200)).toBe(0);
    expect(session.getState()).toMatchObject({ status: 'authenticated', user: { id: 'ada' } });
  });

  it('an answer that is lost can be asked for again', async () => {
    const { world, session } = await signedIn({ cookies });
    world.fail('/session/reauthenticate', 'lost');
    expect(await refusal(world, session.reauthenticate(ada))).toMatchObject({ retryable: true });
    await world.clock.advance(minute);
    await done(world, session.reauthenticate(ada));
    expect(provenAt(session)).toBe(world.clock.now());
  });

  it('devices are ended after a new proof, where the server wants one', async () => {
    const { world, session } = await signedIn({
      cookies,
      server: { reauthenticateFor: { endOthers: '10m' } },
      stepUp: () => session.reauthenticate(ada),
    });
    const elsewhere = world.elsewhere();
    await done(world, elsewhere.session.signIn(ada));
    await world.clock.advance(20 * minute);
    const other = (await done(world, session.devices.list())).find(({ current }) => !current)!;
    await done(world, session.devices.revoke(other.id));
    expect(await world.sessions.get(other.id)).toBeNull();
    expect(count(world, route, 200)).toBe(1);
    // Lately enough for the next one.
    await done(world, session.signOut({ scope: 'others' }));
    expect(count(world, route, 200)).toBe(1);
  });
});

it('nobody who is not signed in can prove again who they are', async () => {
  const { world, session } = await signedIn();
  await done(world, session.signOut());
  expect(await refusal(world, session.reauthenticate(ada))).toMatchObject({ code: 'session_ended' });
});
