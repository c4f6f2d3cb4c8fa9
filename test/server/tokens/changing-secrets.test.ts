import { beforeEach, describe, expect, it } from 'vitest';
import { createSessions } from '../../../src/server/engine/create-sessions.ts';
import type { IssuedSession, RefreshOutcome, Sessions } from '../../../src/server/engine/sessions.ts';
import type { Store } from '../../../src/server/engine/store.ts';
import { createMemoryStore } from '../../../src/server/stores/memory.ts';
import { createMac, type MacSecrets } from '../../../src/server/tokens/mac.ts';
import { createRandom } from '../../../src/server/tokens/random.ts';

const secret = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const userTagSecret = secret(99);
const keyIdOf = (token: string): number => Buffer.from(token, 'base64url')[1]!;

let now: number;
let store: Store;
beforeEach(() => {
  now = 1_000_000;
  store = createMemoryStore();
});

/** A server of this store, whose secrets are changed while it runs. */
function server(first: MacSecrets): { sessions: Sessions; change: (secrets: MacSecrets) => void } {
  let secrets = first;
  const mac = createMac({ secrets: () => secrets, userTagSecret });
  const sessions = createSessions({ store, clock: { now: () => now }, random: createRandom(), mac });
  return { sessions, change: (next) => void (secrets = next) };
}

const both = { 1: secret(1), 2: secret(2) };
const one: MacSecrets = { secrets: { 1: secret(1) }, current: 1 };
const published: MacSecrets = { secrets: both, current: 1 };
const rotated: MacSecrets = { secrets: both, current: 2 };
const retired: MacSecrets = { secrets: both, current: 2, retired: [1] };
const stolen: MacSecrets = { secrets: { 2: secret(2) }, current: 2, retired: [1] };

async function refreshed(sessions: Sessions, refreshToken: string, key: string): Promise<IssuedSession> {
  const outcome: RefreshOutcome = await sessions.refresh({ refreshToken, attemptKey: key, keyThumbprint: null });
  if (!('refreshToken' in outcome)) throw new Error(`The refresh ended as ${outcome.outcome}.`);
  return outcome;
}

describe('a server whose secrets change while it runs', () => {
  it('signs nobody out over a rotation, and clients have tokens of the new secret with their next refresh', async () => {
    const here = server(one);
    const there = server(one);
    const created = await here.sessions.create({ userId: 'ada' });
    here.change(published);
    const first = await refreshed(here.sessions, created.refreshToken, 'a');
    there.change(published);
    here.change(rotated);
    const second = await refreshed(here.sessions, first.refreshToken, 'b');
    expect([created, first, second].map(({ refreshToken }) => keyIdOf(refreshToken))).toEqual([1, 1, 2]);
    const third = await refreshed(there.sessions, second.refreshToken, 'c');
    there.change(rotated);
    const fourth = await refreshed(there.sessions, third.refreshToken, 'd');
    expect(fourth.session.id).toBe(created.session.id);
    expect(fourth.revocationToken).toBe(created.revocationToken);
  });

  it('says of a token whose secret is not here yet: later, and never: forged', async () => {
    const here = server(rotated);
    const there = server(one);
    const { refreshToken } = await here.sessions.create({ userId: 'ada' });
    const request = { refreshToken, attemptKey: 'a', keyThumbprint: null };
    await expect(there.sessions.refresh(request)).rejects.toMatchObject({ code: 'store_unavailable', status: 503 });
    there.change(rotated);
    expect(await there.sessions.refresh(request)).toMatchObject({ outcome: 'rotated' });
  });

  it.each([
    ['retired', retired],
    ['retired and forgotten', stolen],
  ])('ends just what rests on a secret that is %s', async (_name, end) => {
    const here = server(one);
    const [away, back] = [await here.sessions.create({ userId: 'ada' }), await here.sessions.create({ userId: 'eve' })];
    const remembered = await here.sessions.remember.issue('ada');
    here.change(rotated);
    const { refreshToken } = await refreshed(here.sessions, back.refreshToken, 'a');
    here.change(end);
    expect(
      await here.sessions.refresh({ refreshToken: away.refreshToken, attemptKey: 'b', keyThumbprint: null }),
    ).toEqual({ outcome: 'ended', reason: 'unknown', sessionId: null });
    expect(await here.sessions.remember.redeem(remembered)).toBeNull();
    const next = await refreshed(here.sessions, refreshToken, 'c');
    expect(next.session.id).toBe(back.session.id);
    // Whoever stole the secret has no use for the session either, and cannot end it by trying.
    expect(
      await here.sessions.refresh({ refreshToken: back.refreshToken, attemptKey: 'thief', keyThumbprint: null }),
    ).toMatchObject({ outcome: 'ended', reason: 'unknown' });
    expect(await here.sessions.isValid(back.session.id)).toBe(true);
  });

  it('honours the sign-outs of a retired secret, and those of a stolen one no more', async () => {
    const here = server(one);
    const [first, second] = [
      await here.sessions.create({ userId: 'ada' }),
      await here.sessions.create({ userId: 'ada' }),
    ];
    here.change(retired);
    expect(await here.sessions.revokeByToken(first.revocationToken, null)).toBe(true);
    expect(await here.sessions.isValid(first.session.id)).toBe(false);
    // The refresh token signs nobody out: it is as good as forged.
    expect(await here.sessions.revokeByToken(second.refreshToken, null)).toBe(false);
    here.change(stolen);
    expect(await here.sessions.revokeByToken(second.revocationToken, null)).toBe(false);
    expect(await here.sessions.isValid(second.session.id)).toBe(true);
  });

  it.each([
    ['retired', retired],
    ['retired and forgotten', stolen],
  ])('gives a session of a secret that is %s another revocation token with the next refresh', async (_name, end) => {
    const here = server(one);
    const created = await here.sessions.create({ userId: 'ada' });
    here.change(rotated);
    const before = await refreshed(here.sessions, created.refreshToken, 'a');
    here.change(end);
    const after = await refreshed(here.sessions, before.refreshToken, 'b');
    expect([before, after].map(({ revocationToken }) => keyIdOf(revocationToken))).toEqual([1, 2]);
    expect(await here.sessions.revokeByToken(after.revocationToken, null)).toBe(true);
  });

  it('reads the secrets again only when there are others', () => {
    let asked = 0;
    const secrets = {
      get 1(): Uint8Array {
        asked += 1;
        return secret(1);
      },
    };
    const set: MacSecrets = { secrets, current: 1 };
    const mac = createMac({ secrets: () => set, userTagSecret });
    for (let i = 0; i < 100; i++) void mac.sign(mac.currentKeyId, 'label', secret(0));
    expect(asked).toBe(1);
  });

  it('takes no set that cannot be used, neither at the start nor later', () => {
    const wrong = { secrets: both, current: 2, retired: [2] };
    const invalid = expect.objectContaining({ code: 'invalid_argument' });
    expect(() => createMac({ secrets: () => wrong, userTagSecret })).toThrow(invalid);
    expect(() => createMac({ ...wrong, userTagSecret })).toThrow(invalid);
    let secrets: MacSecrets = rotated;
    const mac = createMac({ secrets: () => secrets, userTagSecret });
    secrets = wrong;
    expect(() => mac.currentKeyId).toThrow(invalid);
  });
});
