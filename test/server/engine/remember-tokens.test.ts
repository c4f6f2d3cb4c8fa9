import { describe, expect, test } from 'vitest';
import { rememberType, type Store } from '../../../src/server/engine/store.ts';
import { createMemoryStore } from '../../../src/server/stores/memory.ts';
import { createWorld, day, hour, mac, type World } from './world.ts';
import { createTokenMinter } from '../../../src/server/engine/refresh-token.ts';
import type { Redeemed } from '../../../src/server/engine/remember-tokens.ts';

const key = (name: string): string => `attempt key of ${name}`;

async function redeemed(world: World, token: string, attemptKey?: string): Promise<Redeemed> {
  const answer = await world.sessions.remember.redeem(token, attemptKey === undefined ? {} : { attemptKey });
  if (answer === null) throw new Error('The token was refused.');
  return answer;
}

/** How many live sessions the user has. */
async function count(world: World): Promise<number> {
  return (await world.sessions.list('ada')).sessions.length;
}

describe('a remember token', () => {
  test('S60 S61: signs its user in again, and gives the next token', async () => {
    const world = createWorld(createMemoryStore());
    const { remember } = world.sessions;
    const token = await remember.issue('ada');
    expect(await count(world)).toBe(0);
    const first = await redeemed(world, token);
    expect(first.session.session).toMatchObject({ userId: 'ada', state: 'active', data: {}, remembered: false });
    expect(first.rememberToken).not.toBe(token);
    const second = await redeemed(world, first.rememberToken);
    expect(second.session.session.id).not.toBe(first.session.session.id);
    expect(await count(world)).toBe(2);
    expect(await world.refresh(second.session.refreshToken)).toMatchObject({ outcome: 'rotated' });
  });

  test('S60: is good for 30 days from its issue, whatever its use, or for as long as was said', async () => {
    const world = createWorld(createMemoryStore());
    const { remember } = world.sessions;
    const long = await remember.issue('ada');
    const short = await remember.issue('ada', { life: '1h' });
    world.clock.at += hour - 1;
    expect(await remember.redeem(short)).not.toBeNull();
    world.clock.at += 1;
    expect(await remember.redeem(await remember.issue('ada', { life: '1h' }))).not.toBeNull();
    const { rememberToken } = await redeemed(world, long);
    world.clock.at += 30 * day - hour - 1;
    const last = await redeemed(world, rememberToken);
    world.clock.at += 1;
    expect(await remember.redeem(last.rememberToken)).toBeNull();
    expect(await remember.revoke(last.rememberToken)).toBe(false);
  });

  test('S60: is over at its end, in the store and for whoever asks', async () => {
    const world = createWorld(createMemoryStore());
    const token = await world.sessions.remember.issue('ada', { life: '1h' });
    world.clock.at += hour;
    expect(await world.sessions.remember.redeem(token)).toBeNull();
  });

  test('S61: gives nothing, and does not throw, when it is unknown or no token at all', async () => {
    const world = createWorld(createMemoryStore());
    const { refreshToken, revocationToken } = await world.sessions.create({ userId: 'ada' });
    const elsewhere = await createWorld(createMemoryStore()).sessions.remember.issue('ada');
    for (const token of ['', 'no token', refreshToken, revocationToken, elsewhere]) {
      expect(await world.sessions.remember.redeem(token)).toBeNull();
      expect(await world.sessions.remember.revoke(token)).toBe(false);
    }
    expect(await count(world)).toBe(1);
  });

  test('S60: is neither a refresh token nor a revocation token, and the other way round', async () => {
    const world = createWorld(createMemoryStore());
    const token = await world.sessions.remember.issue('ada');
    expect(await world.refresh(token)).toEqual({ outcome: 'ended', reason: 'unknown', sessionId: null });
    expect(await world.sessions.revokeByToken(token, null)).toBe(false);
    const tokens = createTokenMinter(mac);
    const { sessionId } = (await tokens.read(token, 'remember'))!;
    // Even a refresh token of the hidden session itself, which nobody is ever given.
    expect(await world.sessions.remember.redeem(await tokens.refreshToken(sessionId, 0))).toBeNull();
    expect(await world.sessions.remember.redeem(token)).not.toBeNull();
  });

  test('S60: leaves nothing in the store that could be used', async () => {
    const inner = createMemoryStore();
    const written: unknown[] = [];
    const store = new Proxy(inner, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown => {
          written.push(args);
          return (member as (...all: unknown[]) => unknown).apply(target, args);
        };
      },
    });
    const world = createWorld(store);
    const token = await world.sessions.remember.issue('ada');
    const { rememberToken, session } = await redeemed(world, token, key('ada'));
    const all = JSON.stringify(written);
    expect(all).toContain(session.session.id);
    for (const secret of [token, rememberToken, session.refreshToken, session.revocationToken, key('ada')]) {
      expect(all).not.toContain(secret);
      // Nor the code at its end, which is what makes it good.
      expect(all).not.toContain(secret.slice(-20));
    }
  });

  test('S10: is in no list of sessions, and no user may name a session type like it', async () => {
    const world = createWorld(createMemoryStore());
    await world.sessions.remember.issue('ada');
    expect(await count(world)).toBe(0);
    await expect(world.sessions.create({ userId: 'ada', type: rememberType })).rejects.toMatchObject({
      code: 'invalid_argument',
    });
    expect(await world.sessions.revokeAll('ada')).toMatchObject({ count: 0 });
  });
});

describe('a remember token that is used twice', () => {
  test('S60: with the same attempt key gives the same answer again, and leaves no session over', async () => {
    const world = createWorld(createMemoryStore());
    const token = await world.sessions.remember.issue('ada');
    const lost = await redeemed(world, token, key('ada'));
    const again = await redeemed(world, token, key('ada'));
    expect(again).toEqual(lost);
    expect(await count(world)).toBe(1);
    expect(await world.refresh(again.session.refreshToken)).toMatchObject({ outcome: 'rotated' });
  });

  test('S60: gives a new session in the place of one that was lost and is over', async () => {
    const world = createWorld(createMemoryStore());
    const token = await world.sessions.remember.issue('ada');
    const lost = await redeemed(world, token, key('ada'));
    world.clock.at += day;
    const again = await redeemed(world, token, key('ada'));
    expect(again.rememberToken).toBe(lost.rememberToken);
    expect(again.session.session.id).not.toBe(lost.session.session.id);
    expect(await count(world)).toBe(1);
  });

  test('S60: ends the session of the lost answer when the retry proves another key', async () => {
    const world = createWorld(createMemoryStore());
    const { remember } = world.sessions;
    const token = await remember.issue('ada');
    const redeem = { attemptKey: key('ada'), session: { keyThumbprint: 'old' } };
    const lost = (await remember.redeem(token, redeem))!;
    const again = (await remember.redeem(token, { ...redeem, session: { keyThumbprint: 'new' } }))!;
    expect(again.session.session.keyThumbprint).toBe('new');
    expect(await world.sessions.get(lost.session.session.id)).toBeNull();
    expect(await count(world)).toBe(1);
  });

  test('S55 S60: with another attempt key, or none, ends for both; the sessions stay', async () => {
    for (const attemptKey of [key('a thief'), undefined]) {
      const world = createWorld(createMemoryStore());
      const token = await world.sessions.remember.issue('ada');
      const { rememberToken } = await redeemed(world, token, key('ada'));
      const stolen = attemptKey === undefined ? {} : { attemptKey };
      expect(await world.sessions.remember.redeem(token, stolen)).toBeNull();
      expect(await world.sessions.remember.redeem(rememberToken, { attemptKey: key('ada again') })).toBeNull();
      expect(await world.sessions.remember.redeem(token, { attemptKey: key('ada') })).toBeNull();
      expect(await count(world)).toBe(1);
    }
  });

  test('S60: without attempt keys is used up by its first use', async () => {
    const world = createWorld(createMemoryStore());
    const token = await world.sessions.remember.issue('ada');
    expect(await world.sessions.remember.redeem(token)).not.toBeNull();
    expect(await world.sessions.remember.redeem(token)).toBeNull();
  });

  test('S60: by many at once with one attempt key gives one session, the same to all', async () => {
    const world = createWorld(createMemoryStore());
    const token = await world.sessions.remember.issue('ada');
    const answers = await Promise.all(Array.from({ length: 20 }, () => redeemed(world, token, key('ada'))));
    expect(new Set(answers.map(({ rememberToken }) => rememberToken)).size).toBe(1);
    expect(new Set(answers.map(({ session }) => session.refreshToken)).size).toBe(1);
    expect(await count(world)).toBe(1);
    expect(await world.refresh(answers[0]!.session.refreshToken)).toMatchObject({ outcome: 'rotated' });
  });

  test.each(['short', 'x'.repeat(257)])(
    'S60: refuses the attempt key %s, and is not used up by it',
    async (attemptKey) => {
      const world = createWorld(createMemoryStore());
      const token = await world.sessions.remember.issue('ada');
      await expect(world.sessions.remember.redeem(token, { attemptKey })).rejects.toMatchObject({
        code: 'invalid_argument',
      });
      expect(await world.sessions.remember.redeem(token)).not.toBeNull();
    },
  );
});

describe('signing out', () => {
  test('S92: everywhere ends the remember tokens, too', async () => {
    const world = createWorld(createMemoryStore());
    const { remember } = world.sessions;
    const fresh = await remember.issue('ada');
    const { rememberToken } = await redeemed(world, await remember.issue('ada'));
    const others = await remember.issue('bob');
    expect(await world.sessions.revokeAll('ada')).toMatchObject({ count: 1 });
    for (const token of [fresh, rememberToken]) expect(await remember.redeem(token)).toBeNull();
    expect(await remember.redeem(others)).not.toBeNull();
  });

  test('S92: everywhere else ends them as well; only the one session stays', async () => {
    const world = createWorld(createMemoryStore());
    const { remember } = world.sessions;
    const { session, rememberToken } = await redeemed(world, await remember.issue('ada'));
    await world.sessions.revokeOthers('ada', session.session.id);
    expect(await remember.redeem(rememberToken)).toBeNull();
    expect(await count(world)).toBe(1);
  });

  test('S60: of a device ends its token, whichever of them it still has, and not its session', async () => {
    const world = createWorld(createMemoryStore());
    const { remember } = world.sessions;
    const token = await remember.issue('ada');
    const { rememberToken } = await redeemed(world, token);
    expect(await remember.revoke(token)).toBe(true);
    expect(await remember.revoke(rememberToken)).toBe(false);
    expect(await remember.redeem(rememberToken)).toBeNull();
    expect(await count(world)).toBe(1);
  });

  test.each<['rotate' | 'putData']>([['rotate'], ['putData']])(
    'S92: everywhere while a token is being redeemed, right before %s, leaves no session',
    async (step) => {
      const inner = createMemoryStore();
      let interrupt: () => Promise<unknown> = async () => undefined;
      const store: Store = new Proxy(inner, {
        get: (target, name) => {
          if (name !== step) return Reflect.get(target, name) as unknown;
          return async (...args: unknown[]) => {
            await interrupt();
            return (target[step] as (...all: unknown[]) => unknown)(...args);
          };
        },
      });
      const world = createWorld(store);
      const token = await world.sessions.remember.issue('ada');
      interrupt = () => world.sessions.revokeAll('ada');
      expect(await world.sessions.remember.redeem(token, { attemptKey: key('ada') })).toBeNull();
      expect(await count(world)).toBe(0);
    },
  );
});

test('S60: the new session is made as was wished', async () => {
  const world = createWorld(createMemoryStore());
  const token = await world.sessions.remember.issue('ada');
  const session = { data: { via: 'remember' }, idleTimeout: '10m', device: { label: 'Phone' } };
  const answer = (await world.sessions.remember.redeem(token, { session }))!;
  expect(answer.session.session).toMatchObject({
    data: { via: 'remember' },
    idleTimeoutMs: 600_000,
    device: { label: 'Phone' },
  });
});

test('S60: wishes that cannot be met do not use up a token that has an attempt key', async () => {
  const world = createWorld(createMemoryStore());
  const token = await world.sessions.remember.issue('ada');
  const bad = { attemptKey: key('ada'), session: { type: 'unheard-of' } };
  await expect(world.sessions.remember.redeem(token, bad)).rejects.toMatchObject({ code: 'session_type_not_found' });
  expect(await world.sessions.remember.redeem(token, { attemptKey: key('ada') })).not.toBeNull();
});

test.each([
  ['', undefined, 'invalid_argument'],
  ['ada', 0, 'invalid_duration'],
  ['ada', '11y', 'invalid_duration'],
])('S60: there is no token for the user "%s" with the life %s', async (userId, life, code) => {
  const { remember } = createWorld(createMemoryStore()).sessions;
  await expect(remember.issue(userId, life === undefined ? {} : { life })).rejects.toMatchObject({ code });
});
