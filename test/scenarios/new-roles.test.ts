// Loaded on demand: here it is there already, so that nothing waits for a disk.
import '../../src/client/http/live-events.ts';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { done, refusal, signedIn } from './signed-in.ts';
import { api, count, createWorld } from './world.ts';

describe.each([
  ['bearer mode', false],
  ['cookie mode', true],
])('a role that changes, %s', (_mode, cookies) => {
  it('is in the token with the next request, after one refresh, and nobody is signed out', async () => {
    let roles = ['reader'];
    const { world, session, statuses } = await signedIn({ cookies, server: { claims: () => ({ roles }) } });
    const rolesNow = (): unknown => decodeJwt(session.peekAccessToken() ?? '')['roles'];
    expect(rolesNow()).toEqual(['reader']);

    roles = [];
    expect(await world.sessions.claimsChanged('ada')).toEqual({ count: 1 });
    const response = await done(world, session.fetch(`${api}/session`));
    expect(response.status).toBe(200);
    expect(rolesNow()).toEqual([]);
    expect(count(world, 'POST /token', 200)).toBe(1);
    expect(statuses).toEqual(['authenticated']);
  });
});

describe('a role that changes while a page is open', () => {
  it('is in its token as soon as the live events tell of it, without a request of the page', async () => {
    let roles = ['reader'];
    const world = createWorld({ server: { claims: () => ({ roles }) } });
    const { session } = world.open({ liveEvents: true });
    const rolesNow = (): unknown => decodeJwt(session.peekAccessToken() ?? '')['roles'];
    const told: string[] = [];
    world.proxy = (request) => {
      if (!request.url.endsWith('/events')) return null;
      const at = new Date(world.clock.now()).toISOString();
      told.push(
        roles.length > 0 ? ': nothing yet\n\n' : `data: ${JSON.stringify({ type: 'session.claims_changed', at })}\n\n`,
      );
      return new Response(told.at(-1), { headers: { 'Content-Type': 'text/event-stream' } });
    };
    await done(world, session.signIn({ username: 'ada' }));
    await world.clock.advance(60_000);
    expect(told.length).toBeGreaterThan(0);
    expect(count(world, 'POST /token', 200)).toBe(0);

    roles = [];
    await world.sessions.claimsChanged('ada');
    await world.clock.advance(60_000);
    expect(told.at(-1)).toContain('claims_changed');
    expect(rolesNow()).toEqual([]);
    expect(count(world, 'POST /token', 200)).toBeGreaterThan(0);
    expect(session.getState().status).toBe('authenticated');
  });
});

describe('everybody', () => {
  it('is signed out at once, with the reason, when the sessions of everybody end', async () => {
    const { world, session } = await signedIn();
    await world.sessions.revokeEverybody();
    const refused = await refusal(world, session.fetch(`${api}/session`));
    expect(refused).toMatchObject({ code: 'session_ended', reason: 'revoked_all' });
    expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'revoked_all' });
  });
});
