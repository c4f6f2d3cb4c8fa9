import { describe, expect, test } from 'vitest';
import type { LiveRecord } from '../../src/client/core/record.ts';
import { done, refusal, signedIn, untilExpired } from './signed-in.ts';
import { api, count, type World } from './world.ts';

const minute = 60_000;
const inMemory = { accessTokens: 'memory', idle: false } as const;

function stored(world: World): LiveRecord {
  const record = world.vault.record();
  if (record?.kind !== 'live') throw new Error('Nobody is signed in.');
  return record;
}

function refreshWith(refreshToken: string, attemptKey: string): Request {
  return new Request(`${api}/token`, {
    method: 'POST',
    headers: { 'Idempotency-Key': `"${attemptKey}"` },
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken }),
  });
}

test('M1: all that a script can take from storage is worth nothing elsewhere, and its use signs nobody out', async () => {
  const { world, session } = await signedIn();
  // The worst moment: an attempt is noted, and its answer was lost.
  world.fail('/token', 'lost');
  await refusal(world, session.refresh());
  const { accessToken, refreshToken, pending } = stored(world);
  const answers = [
    await world.send(new Request(`${api}/session`, { headers: { Authorization: `Bearer ${accessToken}` } })),
    await world.send(new Request(`${api}/session`, { headers: { Authorization: `DPoP ${accessToken}` } })),
    await world.send(refreshWith(refreshToken ?? '', 'A'.repeat(22))),
    await world.send(refreshWith(refreshToken ?? '', pending?.key ?? '')),
  ];
  const codes = await Promise.all(answers.map(async (answer) => ((await answer.json()) as { code: string }).code));
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 400, 400]);
  expect(codes).toEqual(['invalid_token', 'invalid_dpop_proof', 'invalid_dpop_proof', 'invalid_dpop_proof']);
  await world.clock.advance(minute);
  await done(world, session.refresh());
  expect(session.getState()).toMatchObject({ status: 'authenticated', user: { id: 'ada' } });
});

describe('access tokens in memory only', () => {
  test('M1: storage never holds an access token, whatever goes on', async () => {
    const { world, session } = await signedIn(inMemory);
    const tokens = new Set<string>();
    const look = async (): Promise<void> => {
      tokens.add(await done(world, session.getAccessToken()));
      for (const token of tokens) expect(JSON.stringify(world.vault.contents())).not.toContain(token);
    };
    await look();
    await done(world, session.refresh());
    await look();
    world.fail('/token', 'lost');
    await refusal(world, session.refresh());
    await look();
    world.vault.refuse('update', 2);
    await world.clock.advance(10 * minute);
    await look();
    await done(world, session.signOut());
    await look().catch(() => {});
    expect(tokens.size).toBeGreaterThanOrEqual(3);
    expect(world.vault.record()?.kind).toBe('ended');
  });

  test('M1: a reload knows who is signed in at once, and renews before the first request', async () => {
    const { world, tab } = await signedIn(inMemory);
    tab.close();
    const { session } = world.open(inMemory);
    await done(world, session.ready());
    expect(session.getState()).toMatchObject({ status: 'authenticated', user: { id: 'ada' } });
    expect((await done(world, session.fetch('/session'))).status).toBe(200);
    expect(world.seen.filter(({ route }) => route !== 'POST /sessions').map(({ route }) => route)).toEqual([
      'POST /token',
      'GET /session',
    ]);
  });

  test('M1: a start without a network shows who is signed in, has no token, and says why', async () => {
    const { world, tab } = await signedIn(inMemory);
    tab.close();
    world.offline = true;
    const { session } = world.open(inMemory);
    await done(world, session.ready());
    expect(session.getState()).toMatchObject({ status: 'authenticated', user: { id: 'ada' } });
    expect(await refusal(world, session.getAccessToken())).toMatchObject({ code: 'network_error', retryable: true });
    expect(session.peekAccessToken()).toBeNull();
    world.offline = false;
    await world.clock.advance(2 * minute);
    expect(await done(world, session.getAccessToken())).toBeTypeOf('string');
    expect(session.getState()).toMatchObject({ status: 'authenticated', connection: 'online' });
  });

  test('M1: eight tabs have a token each, and stay signed in for hours without disturbing each other', async () => {
    const { world, session } = await signedIn(inMemory);
    const failures: unknown[] = [];
    const tabs = [session, ...Array.from({ length: 7 }, () => world.open(inMemory).session)];
    for (const tab of tabs) tab.on('refresh_failed', ({ error }) => failures.push(error));
    await world.clock.advance(2 * 60 * minute);
    for (const tab of tabs) {
      expect((await done(world, tab.fetch('/session'))).status).toBe(200);
      expect(tab.getState()).toMatchObject({ status: 'authenticated', connection: 'online' });
    }
    expect(failures).toEqual([]);
    expect(world.seen.filter(({ status }) => status >= 400)).toEqual([]);
    // Each tab one for each life of its own token, and never more: a rotation of one is no reason for the others.
    const lives = 120 / 3;
    expect(count(world, 'POST /token', 200)).toBeLessThanOrEqual(8 * lives);
  });

  test('M1: two tabs whose tokens are over ask at the same time: both get one, nothing counts as a failure', async () => {
    const { world, session, tab, failures } = await signedIn(inMemory);
    const second = world.open(inMemory);
    await done(world, second.session.getAccessToken());
    tab.freeze();
    second.tab.freeze();
    await world.clock.advance(10 * minute);
    tab.thaw();
    second.tab.thaw();
    const tokens = await done(world, Promise.all([session.getAccessToken(), second.session.getAccessToken()]));
    expect(new Set(tokens).size).toBe(2);
    expect(failures).toEqual([]);
  });

  test('M1: in cookie mode a script finds no token at all', async () => {
    const { world, session } = await signedIn({ ...inMemory, cookies: true });
    await untilExpired(world, session);
    const token = await done(world, session.getAccessToken());
    expect(stored(world)).toMatchObject({ refreshToken: null, accessToken: '-' });
    expect(JSON.stringify(world.vault.contents())).not.toContain(token);
  });
});
