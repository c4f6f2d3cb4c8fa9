import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { done, refusal, signedIn } from './signed-in.ts';
import { api, count } from './world.ts';

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

describe('everybody', () => {
  it('is signed out at once, with the reason, when the sessions of everybody end', async () => {
    const { world, session } = await signedIn();
    await world.sessions.revokeEverybody();
    const refused = await refusal(world, session.fetch(`${api}/session`));
    expect(refused).toMatchObject({ code: 'session_ended', reason: 'revoked_all' });
    expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'revoked_all' });
  });
});
