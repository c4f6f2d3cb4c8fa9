import { describe, expect, test } from 'vitest';
import { SessionError } from 'sojourn';
import { createWorld, hour, minute, next, tokenOf, type World } from '../engine/world.ts';
import { storeKinds } from './stores-under-test.ts';
import { atOnce, eventsOf, tally, tokensOf, worldOn } from './world-on.ts';

const reuse = { outcome: 'ended', reason: 'reuse_detected' };

// What rotation promises of a store that fails, of sign-outs, and of time.
describe.each(storeKinds)('rotation on $name', { timeout: 120_000 }, (kind) => {
  const on = worldOn(kind);

  async function refreshed(world: World, token: string, times: number): Promise<string[]> {
    const tokens = [token];
    for (let i = 0; i < times; i++) tokens.push(await next(world, tokens[i]!, `key ${i}`));
    return tokens;
  }

  test.each([1, 4, 7])(
    'P8: a store that forgot %i refreshes rolls forward for the client that is ahead',
    async (times) => {
      const { refreshToken, session } = await on.world.sessions.create({ userId: 'ada' });
      const tokens = await refreshed(on.world, refreshToken, times);
      const after = await on.afterPowerCut();
      expect(await after.sessions.get(session.id)).toMatchObject({ generation: 0 });
      const outcomes = await atOnce(20, () => after.refresh(tokens[times]!, `key ${times}`));
      expect(tally(outcomes)).toEqual({ ahead: 1, replayed: 19 });
      expect(tokensOf(outcomes)).toHaveLength(1);
      expect(outcomes[0]).toMatchObject({ session: { generation: times + 1 } });
      // What the store forgot it cannot hold against anybody;
      const remembered = Math.min(times, 4);
      for (const token of tokens.slice(times - remembered, times))
        expect(await after.refresh(token, 'any')).toMatchObject({ outcome: 'stale', generation: times + 1 });
      // but from here on a second holder is found again.
      expect(await after.refresh(tokens[times]!, 'thief')).toMatchObject(reuse);
    },
  );

  test('P8: an answer that was lost, of a refresh that was forgotten: the same attempt gives the same successor', async () => {
    const { refreshToken } = await on.world.sessions.create({ userId: 'ada' });
    const lost = await next(on.world, refreshToken, 'key');
    const after = await on.afterPowerCut();
    expect(await after.refresh(refreshToken, 'key')).toMatchObject({ outcome: 'rotated', refreshToken: lost });
  });

  test('P8: a thief who uses a spent token that the store forgot is found one generation late', async () => {
    const { refreshToken } = await on.world.sessions.create({ userId: 'ada' });
    const second = await next(on.world, refreshToken, 'client');
    const after = await on.afterPowerCut();
    expect(await after.refresh(refreshToken, 'thief')).toMatchObject({ outcome: 'rotated', refreshToken: second });
    const third = await next(after, second, 'client 2');
    expect(await after.refresh(second, 'thief 2')).toMatchObject(reuse);
    expect(await after.refresh(third, 'client 3')).toMatchObject(reuse);
  });

  test('P8: a cookie that is ahead of the page and of the store does the forgotten refresh again', async () => {
    const { refreshToken } = await on.world.sessions.create({ userId: 'ada' });
    const inTheJar = await next(on.world, refreshToken, 'key 0');
    const after = await on.afterPowerCut();
    const attemptKeys = [{ generation: 0, key: 'key 0' }];
    const ask = (): ReturnType<World['refresh']> => after.refresh(inTheJar, null, { cookieMode: true, attemptKeys });
    expect(await ask()).toMatchObject({ outcome: 'rotated', refreshToken: inTheJar, session: { generation: 1 } });
    expect(await ask()).toMatchObject({ outcome: 'replayed', refreshToken: inTheJar });
  });

  type Issued = Awaited<ReturnType<World['sessions']['create']>>;
  const ends: Array<[what: string, reason: string, end: (world: World, issued: Issued) => Promise<unknown>]> = [
    [
      'a sign-out',
      'signed_out_elsewhere',
      (world, { session }) => world.sessions.revoke(session.id, 'signed_out_elsewhere'),
    ],
    ['a revocation', 'revoked', (world, { session }) => world.sessions.revoke(session.id, 'revoked')],
    [
      'a revocation by token',
      'signed_out_elsewhere',
      (world, issued) => world.sessions.revokeByToken(issued.revocationToken, null),
    ],
    ['a sign-out everywhere', 'revoked_all', (world) => world.sessions.revokeAll('ada')],
    [
      'a sign-out everywhere else',
      'revoked_all',
      async (world) => world.sessions.revokeOthers('ada', (await world.sessions.create({ userId: 'ada' })).session.id),
    ],
    ['reuse that was found', 'reuse_detected', (world, { refreshToken }) => world.refresh(refreshToken, 'thief')],
  ];

  test.each(ends)('P9: %s is never forgotten, nor a sign-in after it', async (_what, reason, end) => {
    const issued = await on.world.sessions.create({ userId: 'ada' });
    const bob = await on.world.sessions.create({ userId: 'bob' });
    const tokens = await refreshed(on.world, issued.refreshToken, 2);
    await end(on.world, issued);
    const later = await on.world.sessions.create({ userId: 'ada' });
    await refreshed(on.world, later.refreshToken, 2);
    await refreshed(on.world, bob.refreshToken, 2);
    const after = await on.afterPowerCut();
    expect(await after.sessions.inspect(issued.session.id)).toMatchObject({ endReason: reason });
    for (const token of tokens) expect(await after.refresh(token)).toMatchObject({ outcome: 'ended', reason });
    expect(await after.sessions.get(later.session.id)).toMatchObject({ generation: 0 });
    expect(await after.sessions.get(bob.session.id)).not.toBeNull();
    expect(await after.sessions.check(later.session.id, later.stamp)).toMatchObject({ ok: true });
  });

  test('P9: a store that cannot acknowledge an end says so, and never that it is done', async () => {
    const fail = (): never => {
      throw new SessionError('store_unavailable', 'Nobody acknowledged it.');
    };
    const { store } = on.under;
    const failing = createWorld({ ...store, end: fail, raiseNotBefore: fail, keepOne: fail });
    const { session, revocationToken } = await failing.sessions.create({ userId: 'ada' });
    const unavailable = { code: 'store_unavailable' };
    await expect(failing.sessions.revoke(session.id, 'revoked')).rejects.toMatchObject(unavailable);
    await expect(failing.sessions.revokeByToken(revocationToken, null)).rejects.toMatchObject(unavailable);
    await expect(failing.sessions.revokeAll('ada')).rejects.toMatchObject(unavailable);
    await expect(failing.sessions.revokeOthers('ada', session.id)).rejects.toMatchObject(unavailable);
  });

  test.each(ends)(
    'P10: %s amid refreshes: whatever the order, nothing revives the session',
    async (_what, reason, end) => {
      for (let round = 0; round < 10; round++) {
        const issued = await on.world.sessions.create({ userId: 'ada', data: { cart: 1 } });
        const { id } = issued.session;
        const [before, afterwards] = [round, 10 - round];
        const ask = (): ReturnType<World['refresh']> => on.world.refresh(issued.refreshToken, 'key');
        // One refresh is there before reuse can be.
        if (reason === 'reuse_detected') await ask();
        const asked = atOnce(before, ask);
        const ended = end(on.world, issued);
        const writes = Promise.allSettled([on.world.sessions.touch(id), on.world.sessions.data.set(id, 'cart', 2)]);
        const more = atOnce(afterwards, ask);
        const outcomes = [...(await asked), ...(await more)];
        await writes;
        await ended;
        expect(tokensOf(outcomes).length).toBeLessThanOrEqual(1);
        const answers = [
          ...outcomes.filter(({ outcome }) => outcome === 'ended'),
          await on.other.refresh(issued.refreshToken, 'key'),
        ];
        for (const answer of answers) expect(answer).toMatchObject({ outcome: 'ended', reason });
        for (const token of tokensOf(outcomes)) expect(await on.other.refresh(token)).toMatchObject({ reason });
        for (const write of [() => on.other.sessions.touch(id), () => on.other.sessions.data.set(id, 'cart', 3)])
          await expect(write()).rejects.toMatchObject({ code: 'session_ended', reason });
        expect(await on.other.sessions.get(id)).toBeNull();
      }
    },
  );

  test.each(['none', 'manual', 'access', 'half-life'] as const)(
    'P11: with renewal %s, no use moves an end past the absolute end',
    async (renewal) => {
      const { world } = on;
      const limits = { window: '4h', renewal, absoluteTimeout: '6h', idleTimeout: null } as const;
      const { session, refreshToken } = await world.sessions.create({ userId: 'ada', ...limits });
      const end = session.createdAt + 6 * hour;
      let token = refreshToken;
      while (world.clock.at + 30 * minute < (renewal === 'none' ? session.windowEndsAt! : end)) {
        world.clock.at += 30 * minute;
        const outcomes = await atOnce(5, () => world.refresh(token, `at ${world.clock.at}`));
        token = tokenOf(outcomes[0]!);
        const used =
          renewal === 'manual' ? await world.sessions.get(session.id) : await world.sessions.touch(session.id);
        expect(used!.windowEndsAt).toBeLessThanOrEqual(end);
        expect(used!.absoluteEndsAt).toBe(end);
      }
      world.clock.at = end;
      // Without renewal the window was over first.
      const reason = renewal === 'none' ? 'expired' : 'absolute_expired';
      expect(await world.refresh(token)).toMatchObject({ outcome: 'ended', reason });
      await expect(world.sessions.touch(session.id)).rejects.toMatchObject({ reason });
      expect(await world.sessions.get(session.id)).toBeNull();
    },
  );

  test('P11: a token that is ahead of the store does not lengthen the stay either', async () => {
    const { refreshToken } = await on.world.sessions.create({
      userId: 'ada',
      absoluteTimeout: '1h',
      idleTimeout: null,
    });
    const [, , third] = await refreshed(on.world, refreshToken, 2);
    const after = await on.afterPowerCut();
    after.clock.at += hour;
    expect(await after.refresh(third!)).toMatchObject({ outcome: 'ended', reason: 'absolute_expired' });
  });

  test('P12: only the time that the store decided by counts, not that of whoever asks', async () => {
    const { store } = on.under;
    let ahead = 0;
    const own = createWorld({
      ...store,
      read: (id, now) => store.read(id, now + ahead),
      rotate: (id, request, now) => store.rotate(id, request, now + ahead),
    });
    const { session, refreshToken, stamp } = await own.sessions.create({ userId: 'ada', idleTimeout: '10m' });
    ahead = 10 * minute - 1;
    expect(await own.refresh(refreshToken, 'key')).toMatchObject({
      session: { lastRefreshedAt: own.clock.at + ahead },
    });
    ahead = 10 * minute;
    expect(await own.sessions.get(session.id)).toBeNull();
    expect(await own.sessions.check(session.id, stamp)).toMatchObject({ ok: false, reason: 'idle' });
    expect(await own.refresh(refreshToken, 'key')).toMatchObject({ outcome: 'ended', reason: 'idle' });
  });

  test('P12: a clock that goes back undoes no sign-out and makes no successor differ', async () => {
    const { world } = on;
    const { refreshToken } = await world.sessions.create({ userId: 'ada' });
    const successor = await next(world, refreshToken, 'key');
    world.clock.at -= 2 * hour;
    expect(await world.refresh(refreshToken, 'key')).toMatchObject({ outcome: 'replayed', refreshToken: successor });
    const third = await next(world, successor);
    await world.sessions.revokeAll('ada');
    for (const token of [refreshToken, successor, third])
      expect(await world.refresh(token)).toMatchObject({ outcome: 'ended', reason: 'revoked_all' });
  });

  test('nothing is told twice: one event for each rotation and each end, whatever the load', async () => {
    const { refreshToken, session } = await on.world.sessions.create({ userId: 'ada' });
    await atOnce(50, () => on.world.refresh(refreshToken, 'key'));
    await atOnce(50, () => on.world.sessions.revoke(session.id, 'revoked'));
    expect(await eventsOf(on.other, 'ada', 'session.refreshed')).toHaveLength(1);
    expect(await eventsOf(on.other, 'ada', 'session.revoked')).toHaveLength(1);
  });
});
