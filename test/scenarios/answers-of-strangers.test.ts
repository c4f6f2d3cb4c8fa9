import { describe, expect, it } from 'vitest';
import { done, refusal, signedIn } from './signed-in.ts';
import {
  answerOf,
  ended,
  expectRecovery,
  expectUntouched,
  heal,
  json,
  longestPause,
  page,
  troubleTokens,
} from './trouble.ts';
import { count } from './world.ts';

const minute = 60_000;

describe('answers that are not about the session', () => {
  it.each<[string, () => Response]>([
    ['403 with a page', () => page(403)],
    ['401 with a page', () => page(401)],
    ['400 with a page', () => page(400, JSON.stringify(ended))],
    ['200 with a page', () => page(200)],
    ['200 with a page that says it is JSON', () => json(200, '<html>')],
    ['200 with an empty body', () => new Response('')],
    ['200 with nothing but null', () => json(200, 'null')],
    ['204', () => new Response(null, { status: 204 })],
    ['304', () => new Response(null, { status: 304 })],
    ['407', () => page(407)],
    ['511', () => page(511)],
    ['404 in JSON', () => json(404, { code: 'not_found' })],
    ['401 in JSON, with our words', () => json(401, ended)],
    ['403 in JSON, with our words', () => json(403, ended)],
    ['410 in JSON, with our words', () => json(410, ended)],
    ['400 in JSON, without a reason', () => json(400, { error: 'invalid_grant' })],
    ['400 in JSON, with an empty reason', () => json(400, { error: 'invalid_grant', reason: '' })],
    ['400 in JSON, with a reason that is no text', () => json(400, { error: 'invalid_grant', reason: { a: 1 } })],
    ['400 in JSON, for another cause', () => json(400, { error: 'invalid_request', reason: 'revoked' })],
    ['400 with our words that are not called JSON', () => json(400, ended, 'text/plain')],
    ['400 with our words in a body without end', () => json(400, { ...ended, padding: 'x'.repeat(200_000) })],
    ['400 with our words in a list', () => json(400, [ended])],
    ['200 in JSON of another kind', () => json(200, { token: 'abc', expires: 3600 })],
    ['200 in JSON that says it is an error', () => json(200, ended)],
    ['409 in JSON, for another cause', () => json(409, { code: 'conflict', generation: 7 })],
  ])('E4: a proxy answers %s: the session is kept', async (_, trouble) => {
    const { world, ...ada } = await signedIn();
    troubleTokens(world, trouble);
    await expect(refusal(world, ada.session.refresh())).resolves.toMatchObject({ retryable: true });
    expectUntouched(world, ada);
    await world.clock.advance(10 * minute);
    expectUntouched(world, ada);
    await expectRecovery(world, ada);
  });

  it('E4: a proxy redirects to another host: it is not followed, and the session is kept', async () => {
    const { world, ...ada } = await signedIn();
    const asked: string[] = [];
    // What fetch does with a redirect, by what it was asked for.
    troubleTokens(world, ({ redirect }) => {
      asked.push(redirect);
      if (redirect === 'error') throw new TypeError('Failed to fetch');
      return page(200);
    });
    await expect(refusal(world, ada.session.refresh())).resolves.toMatchObject({ code: 'network_error' });
    expectUntouched(world, ada);
    await world.clock.advance(10 * minute);
    expect(new Set(asked)).toEqual(new Set(['error']));
    await expectRecovery(world, ada);
  });

  it('E4: our own server says that the session is over: that is believed', async () => {
    const { world, ...ada } = await signedIn();
    troubleTokens(world, () => json(400, ended));
    await expect(refusal(world, ada.session.refresh())).resolves.toMatchObject({ reason: 'revoked' });
    expect(ada.session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'revoked' });
  });

  it('E5: a captive portal answers everything with a page for five minutes: one refresh afterwards, nobody signed out', async () => {
    const { world, ...first } = await signedIn();
    const second = world.open();
    await done(world, second.session.ready());
    world.clock.sleep(60 * minute);
    world.proxy = () => page(200);
    for (const { tab } of [first, second]) tab.platform.emit('look');
    await world.clock.advance(5 * minute);
    expectUntouched(world, first);
    expect(await answerOf(world, first.session)).toBe('unexpected_answer');
    heal(world);
    await world.clock.advance(longestPause);
    expect(first.statuses).toEqual(['authenticated']);
    expect(count(world, 'POST /token', 200)).toBe(1);
    for (const { session } of [first, second])
      expect(session.token.getState()).toMatchObject({ freshness: 'fresh', generation: 1 });
  });

  it('E5: a captive portal swallows no sign-out: the server hears of it when the portal is gone', async () => {
    const { world, ...ada } = await signedIn();
    world.proxy = () => page(200);
    await done(world, ada.session.signOut());
    await world.clock.advance(5 * minute);
    expect(world.vault.contents().outbox).toHaveLength(1);
    heal(world);
    await world.clock.advance(longestPause);
    expect(world.vault.contents().outbox).toEqual([]);
    expect(count(world, 'POST /revoke', 200)).toBe(1);
  });

  it('G6: the service worker of the app answers 503 while there is no network: signed in, well again by itself', async () => {
    const { world, ...ada } = await signedIn();
    world.proxy = () => new Response(null, { status: 503 });
    await world.clock.advance(20 * minute);
    expectUntouched(world, ada);
    await expect(refusal(world, ada.session.getAccessToken())).resolves.toMatchObject({ code: 'server_error' });
    await expect(refusal(world, ada.session.devices.list())).resolves.toMatchObject({ retryable: true });
    await expectRecovery(world, ada);
  });

  it('G6: the service worker answers a refresh with one that it has kept: nothing is taken over, and the next one counts', async () => {
    const { world, ...ada } = await signedIn();
    await done(world, ada.session.refresh());
    const first = world.vault.record();
    await done(world, ada.session.refresh());
    const record = world.vault.record();
    if (first?.kind !== 'live' || record?.kind !== 'live') throw new Error('expected a session');
    const kept = json(200, {
      access_token: first.accessToken,
      token_type: 'DPoP',
      expires_in: 300,
      refresh_token: first.refreshToken,
      generation: 1,
      session_id: record.sessionId,
      session_expires_at: null,
      idle_expires_at: null,
      idle_timeout: null,
      server_time: new Date(world.clock.now()).toISOString(),
      revocation_token: record.revocationToken,
    });
    troubleTokens(world, () => kept.clone());
    await expect(refusal(world, ada.session.refresh())).resolves.toMatchObject({ code: 'unexpected_answer' });
    expect(world.vault.record()).toMatchObject({ generation: 2, refreshToken: record.refreshToken });
    heal(world);
    await world.clock.advance(5 * minute);
    expect(ada.session.token.getState()).toMatchObject({ generation: 3, freshness: 'fresh' });
    expect(ada.statuses).toEqual(['authenticated']);
  });
});
