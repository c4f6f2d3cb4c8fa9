import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SessionEvent } from '../../../src/server/engine/session-event.ts';
import type { RefreshOutcome } from '../../../src/server/engine/sessions.ts';
import type { Store } from '../../../src/server/engine/store.ts';
import { userTagOf } from '../../../src/server/engine/session-id.ts';
import { testAliases } from './aliases-conformance.ts';
import { testAuthentication } from './authentication-conformance.ts';
import { testClaims } from './claims-conformance.ts';
import { testEnds } from './ends-conformance.ts';
import { testEverybody } from './everybody-conformance.ts';
import { testNotes } from './notes-conformance.ts';
import { testOrder } from './order-conformance.ts';
import { testSweeps } from './sweeps-conformance.ts';
import { testReasons } from './reasons-conformance.ts';
import { createWorld, day, hour, minute, next, second, tokenOf, type World } from '../engine/world.ts';

/** A store to be tested, and what removes its traces. */
export interface StoreUnderTest {
  store: Store;
  dispose(): Promise<void> | void;
}

/** What every store must do, seen through the engine. `make` gives an empty store each time; its clock is the engine's. */
export function testStore(
  name: string,
  make: (options: { eventLimit?: number }) => Promise<StoreUnderTest> | StoreUnderTest,
): void {
  describe(`${name} store`, () => {
    let under: StoreUnderTest;
    let world: World;

    beforeEach(async () => {
      under = await make({});
      world = createWorld(under.store);
    });
    afterEach(() => under.dispose());

    testEnds(() => world);
    testAuthentication(() => world);
    testClaims(() => world);
    testEverybody(() => world);
    testNotes(() => world);
    testReasons(() => world);
    testAliases(() => world);
    testOrder(() => world);
    testSweeps(() => world);

    describe('rotation', () => {
      test('100 parallel refreshes with one key: 1 rotates, 99 replay, one distinct token (S54)', async () => {
        const { refreshToken } = await world.sessions.create({ userId: 'ada' });
        const outcomes = await Promise.all(Array.from({ length: 100 }, () => world.refresh(refreshToken, 'same')));
        expect(tally(outcomes)).toEqual({ rotated: 1, replayed: 99 });
        expect(new Set(outcomes.map(tokenOf)).size).toBe(1);
      });

      test('100 parallel refreshes with different keys: one rotates, the next kills, all others see a dead session', async () => {
        const { refreshToken, session } = await world.sessions.create({ userId: 'ada' });
        const outcomes = await Promise.all(
          Array.from({ length: 100 }, (_, i) => world.refresh(refreshToken, `key ${i}`)),
        );
        expect(tally(outcomes)).toEqual({ rotated: 1, 'ended reuse_detected': 99 });
        expect(await world.sessions.get(session.id)).toBeNull();
        expect(ofType(await world.sessions.events({ userId: 'ada' }), 'session.reuse_detected')).toHaveLength(1);
      });

      test('counts generations, remembers five attempts, and tells stale from reuse (S55)', async () => {
        const tokens = [(await world.sessions.create({ userId: 'ada' })).refreshToken];
        for (let i = 0; i < 7; i++) tokens.push(await next(world, tokens[i]!, `key ${i}`));
        for (const [i, expected] of [
          [6, 'replayed'],
          [5, 'stale'],
          [4, 'stale'],
          [3, 'stale'],
          [2, 'stale'],
        ] as const)
          expect(await world.refresh(tokens[i]!, `key ${i}`), `generation ${i}`).toMatchObject({ outcome: expected });
        expect(await world.refresh(tokens[1]!, 'key 1')).toMatchObject({ outcome: 'ended', reason: 'reuse_detected' });
        expect(await world.refresh(tokens[7]!, 'key 7')).toMatchObject({ outcome: 'ended', reason: 'reuse_detected' });
      });

      test('a session it never had, or no longer has, is expired', async () => {
        const elsewhere = await make({});
        try {
          const { refreshToken } = await createWorld(elsewhere.store).sessions.create({ userId: 'ada' });
          expect(await world.refresh(refreshToken)).toMatchObject({ outcome: 'ended', reason: 'expired' });
        } finally {
          await elsewhere.dispose();
        }
      });

      test('keeps what it was given (S1, S4, S104)', async () => {
        const { session } = await world.sessions.create({
          userId: 'Ada Lovelace \u{1F642}',
          remember: true,
          window: '1h',
          renewal: 'half-life',
          keyThumbprint: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I',
          device: { label: 'Büro', userAgent: 'Mozilla/5.0' },
          data: { nested: [1, null, 'x'] },
        });
        expect(await world.sessions.get(session.id)).toEqual(session);
        const odd = await world.sessions.create({ userId: 'ada', keyThumbprint: 'not really a thumbprint' });
        expect(await world.sessions.get(odd.session.id)).toEqual(odd.session);
        expect(session).toMatchObject({ state: 'active', generation: 0, version: 0, lastRefreshedAt: null });
      });

      test('an id with the random part of a session and the tag of another user names nothing', async () => {
        const ada = (await world.sessions.create({ userId: 'ada' })).session.id;
        const eve = (await world.sessions.create({ userId: 'eve' })).session.id;
        const mixed = `session_${userTagOf(eve)}${ada.slice(-22)}`;
        expect(await world.sessions.get(mixed)).toBeNull();
        expect(await world.sessions.revoke(mixed, 'revoked')).toBe(false);
        expect(await world.sessions.get(ada)).not.toBeNull();
      });
    });

    describe('time', () => {
      test('lives up to its end and not at it (S7, S46, S49, S104)', async () => {
        for (const [input, reason] of [
          [{ idleTimeout: '10m' }, 'idle'],
          [{ idleTimeout: null, absoluteTimeout: '10m' }, 'absolute_expired'],
          [{ idleTimeout: null, window: '10m' }, 'expired'],
        ] as const) {
          const { session, refreshToken, stamp } = await world.sessions.create({ userId: 'ada', ...input });
          const end = world.clock.at + 10 * minute;
          world.clock.at = end - 1;
          expect(await world.sessions.get(session.id)).toMatchObject({ endsAt: end });
          expect((await world.sessions.list('ada')).sessions).toHaveLength(1);
          world.clock.at = end;
          expect(await world.sessions.get(session.id)).toBeNull();
          expect((await world.sessions.list('ada')).sessions).toHaveLength(0);
          expect(await world.sessions.check(session.id, stamp)).toEqual({ ok: false, why: 'ended', reason });
          expect(await world.refresh(refreshToken)).toMatchObject({ outcome: 'ended', reason });
          await expect(world.sessions.touch(session.id)).rejects.toMatchObject({ code: 'session_ended', reason });
        }
      });

      test('a touch moves the idle end; reading and refreshing do not (S12, S44)', async () => {
        const { session, refreshToken } = await world.sessions.create({ userId: 'ada', idleTimeout: '10m' });
        world.clock.at += 9 * minute;
        await next(world, refreshToken);
        await world.sessions.get(session.id);
        expect((await world.sessions.get(session.id))?.endsAt).toBe(session.createdAt + 10 * minute);
        expect((await world.sessions.touch(session.id)).endsAt).toBe(world.clock.at + 10 * minute);
        expect((await world.sessions.get(session.id))?.lastActivityAt).toBe(world.clock.at);
      });

      test('an expiry is logged once, whoever sees it first (S97)', async () => {
        const { session, refreshToken } = await world.sessions.create({ userId: 'ada', idleTimeout: '10m' });
        world.clock.at += hour;
        await world.refresh(refreshToken);
        await world.refresh(refreshToken);
        await world.sessions.sweep();
        const logged = ofType(await world.sessions.events({ userId: 'ada' }), 'session.expired');
        expect(logged).toMatchObject([
          { sessionId: session.id, at: session.createdAt + 10 * minute, detail: { reason: 'idle' } },
        ]);
      });
    });

    describe('ends', () => {
      test('one session: idempotent, with a reason, and nothing writes to it again (S18, S22, S23)', async () => {
        const { session, refreshToken } = await world.sessions.create({ userId: 'ada', data: { cart: 1 } });
        const other = await world.sessions.create({ userId: 'ada' });
        expect(await world.sessions.revoke(session.id, 'revoked')).toBe(true);
        expect(await world.sessions.revoke(session.id, 'signed_out_elsewhere')).toBe(false);
        const refused = { code: 'session_ended', reason: 'revoked' };
        await expect(world.sessions.touch(session.id)).rejects.toMatchObject(refused);
        await expect(world.sessions.data.set(session.id, 'cart', 2)).rejects.toMatchObject(refused);
        expect(await world.refresh(refreshToken)).toMatchObject({ outcome: 'ended', reason: 'revoked' });
        const dead = await world.sessions.inspect(session.id);
        expect(dead).toMatchObject({ state: 'revoked', endReason: 'revoked' });
        expect(dead?.data).toEqual({});
        expect(await world.sessions.get(other.session.id)).not.toBeNull();
      });

      test('all sessions of a user, in one step, and not those created afterwards nor of others (S20)', async () => {
        const mine = await Promise.all([1, 2, 3].map(() => world.sessions.create({ userId: 'ada' })));
        const bob = await world.sessions.create({ userId: 'bob' });
        const { count, notBefore } = await world.sessions.revokeAll('ada');
        expect(count).toBe(3);
        const later = await world.sessions.create({ userId: 'ada' });
        expect(later.stamp).toBeGreaterThan(notBefore);
        for (const { session, refreshToken, stamp } of mine) {
          expect(await world.refresh(refreshToken)).toMatchObject({ outcome: 'ended', reason: 'revoked_all' });
          expect(await world.sessions.check(session.id, stamp)).toMatchObject({ reason: 'revoked_all' });
        }
        expect((await world.sessions.list('ada')).sessions.map((session) => session.id)).toEqual([later.session.id]);
        expect(await world.sessions.check(bob.session.id, bob.stamp)).toMatchObject({ ok: true });
        expect(ofType(await world.sessions.events({ userId: 'ada' }), 'user.sessions_revoked')).toMatchObject([
          { sessionId: null, detail: { notBefore, count: 3, kept: null } },
        ]);
        const again = await world.sessions.revokeAll('ada');
        expect(again.count).toBe(1);
        expect(again.notBefore).toBeGreaterThan(notBefore);
        expect((await world.sessions.revokeAll('ada')).notBefore).toBeGreaterThan(again.notBefore);
        expect(await world.refresh(later.refreshToken)).toMatchObject({ reason: 'revoked_all' });
      });

      test('all sessions, also those stamped before the clock went back', async () => {
        const { session } = await world.sessions.create({ userId: 'ada' });
        world.clock.at -= 2 * second;
        await world.sessions.revokeAll('ada');
        expect(await world.sessions.get(session.id)).toBeNull();
      });

      test('a sign-out of everything amid refreshes and sign-ins kills exactly what was there before it', async () => {
        const before = await Promise.all(Array.from({ length: 20 }, () => world.sessions.create({ userId: 'ada' })));
        const work = before.map(({ refreshToken }) => world.refresh(refreshToken));
        const [{ notBefore }, ...created] = await Promise.all([
          world.sessions.revokeAll('ada'),
          ...Array.from({ length: 20 }, () => world.sessions.create({ userId: 'ada' })),
        ]);
        await Promise.all(work);
        for (const { session, stamp } of [...before, ...created])
          expect((await world.sessions.get(session.id)) !== null).toBe(stamp > notBefore);
        for (const { session } of before) expect(await world.sessions.get(session.id)).toBeNull();
      });

      test('all but one: the kept one has a new stamp, its older tokens are stale, and it goes on (S21)', async () => {
        const kept = await world.sessions.create({ userId: 'ada' });
        const others = await Promise.all([1, 2].map(() => world.sessions.create({ userId: 'ada' })));
        const answer = await world.sessions.revokeOthers('ada', kept.session.id);
        expect(answer).toMatchObject({
          count: 2,
          kept: { stamp: answer.notBefore + 1, refreshToken: kept.refreshToken },
        });
        for (const { refreshToken } of others)
          expect(await world.refresh(refreshToken)).toMatchObject({ outcome: 'ended', reason: 'revoked_all' });
        expect(await world.sessions.check(kept.session.id, kept.stamp)).toEqual({ ok: false, why: 'claims_stale' });
        expect(await world.sessions.check(kept.session.id, answer.kept.stamp)).toMatchObject({ ok: true });
        expect((await world.sessions.list('ada')).sessions).toHaveLength(1);
        expect(await world.refresh(kept.refreshToken)).toMatchObject({ outcome: 'rotated', stamp: answer.kept.stamp });
        await world.sessions.revokeAll('ada');
        expect(await world.sessions.get(kept.session.id)).toBeNull();
      });

      test('all but one that is dead or of somebody else: refused, and nobody is signed out', async () => {
        const mine = await world.sessions.create({ userId: 'ada' });
        const dead = await world.sessions.create({ userId: 'ada' });
        const bob = await world.sessions.create({ userId: 'bob' });
        await world.sessions.revoke(dead.session.id, 'revoked');
        await expect(world.sessions.revokeOthers('ada', dead.session.id)).rejects.toMatchObject({
          code: 'session_ended',
        });
        await expect(world.sessions.revokeOthers('ada', bob.session.id)).rejects.toMatchObject({
          code: 'session_not_found',
        });
        expect(await world.sessions.check(mine.session.id, mine.stamp)).toMatchObject({ ok: true });
      });
    });

    describe('list', () => {
      test('pages through the live ones, newest first, each once (S10, S90)', async () => {
        const ids: string[] = [];
        for (let i = 0; i < 25; i++) {
          world.clock.at += i % 3 === 0 ? 1 : 0;
          ids.push((await world.sessions.create({ userId: 'ada' })).session.id);
        }
        for (const i of [0, 7, 24]) await world.sessions.revoke(ids[i]!, 'revoked');
        const seen: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await world.sessions.list('ada', { limit: 5, ...(cursor === undefined ? {} : { cursor }) });
          expect(page.sessions.length).toBeLessThanOrEqual(5);
          seen.push(...page.sessions.map((session) => session.id));
          cursor = page.cursor ?? undefined;
        } while (cursor !== undefined);
        expect(new Set(seen)).toEqual(new Set(ids.filter((_, i) => ![0, 7, 24].includes(i))));
        expect(seen).toHaveLength(22);
        const times = await Promise.all(seen.map(async (id) => (await world.sessions.get(id))!.createdAt));
        expect(times).toEqual([...times].sort((a, b) => b - a));
        await expect(world.sessions.list('ada', { cursor: 'nonsense' })).rejects.toMatchObject({
          code: 'invalid_argument',
        });
      });

      test('holds nobody who expired, even among many', async () => {
        for (let i = 0; i < 40; i++) {
          await world.sessions.create({ userId: 'ada', idleTimeout: '1m' });
          world.clock.at += 2 * minute;
        }
        expect((await world.sessions.list('ada')).sessions).toEqual([]);
        expect((await world.sessions.list('nobody')).sessions).toEqual([]);
      });
    });

    describe('data', () => {
      test('is set, merged, replaced, removed and cleared; each write raises the version (S24, S26, S28, S29)', async () => {
        const { session } = await world.sessions.create({ userId: 'ada', data: { a: 1 } });
        const { data } = world.sessions;
        expect((await data.set(session.id, 'b', [2])).version).toBe(1);
        expect((await data.update(session.id, { a: null, c: 'ü' })).data).toEqual({ a: null, b: [2], c: 'ü' });
        expect((await data.remove(session.id, 'b')).data).toEqual({ a: null, c: 'ü' });
        expect((await data.replace(session.id, { d: {} })).data).toEqual({ d: {} });
        expect((await data.clear(session.id)).version).toBe(5);
        expect(await data.get(session.id)).toEqual({});
      });

      test('parallel writers of different keys lose nothing (S32)', async () => {
        const { session } = await world.sessions.create({ userId: 'ada' });
        const writes = Array.from({ length: 15 }, (_, i) => world.sessions.data.set(session.id, `key${i}`, i));
        await Promise.all(writes);
        expect(Object.keys(await world.sessions.data.get(session.id))).toHaveLength(15);
      });

      test('of two writers with one version, one wins; a refresh in between is no conflict', async () => {
        const { session, refreshToken } = await world.sessions.create({ userId: 'ada' });
        await next(world, refreshToken);
        await world.sessions.touch(session.id);
        const write = (value: string): Promise<unknown> =>
          world.sessions.data.replace(session.id, { value }, { ifVersion: session.version });
        const results = await Promise.allSettled([write('one'), write('two')]);
        expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
        await expect(write('three')).rejects.toMatchObject({ code: 'version_conflict' });
      });
    });

    describe('events', () => {
      test('are logged in order with growing cursors, per user, and read on after a cursor (S96, S101)', async () => {
        const { session, refreshToken } = await world.sessions.create({ userId: 'ada' });
        await world.sessions.create({ userId: 'bob' });
        await next(world, refreshToken);
        await world.sessions.touch(session.id);
        await world.sessions.data.set(session.id, 'a', 1);
        await world.sessions.revoke(session.id, 'revoked');
        const all = await world.sessions.events({ userId: 'ada' });
        expect(all.map((event) => event.type)).toEqual([
          'session.created',
          'session.refreshed',
          'session.touched',
          'session.updated',
          'session.revoked',
        ]);
        expect(all.every((event, i) => i === 0 || event.cursor > all[i - 1]!.cursor)).toBe(true);
        expect(all.every((event) => event.sessionId === session.id && event.userId === 'ada')).toBe(true);
        expect(await world.sessions.events({ userId: 'ada', after: all[1]!.cursor })).toEqual(all.slice(2));
        expect(await world.sessions.events({ userId: 'ada', after: all[1]!.cursor, limit: 1 })).toEqual(
          all.slice(2, 3),
        );
        expect(await world.sessions.events({ userId: 'ada', after: all[4]!.cursor })).toEqual([]);
      });

      test('are published as they were logged (S96)', async () => {
        const seen: SessionEvent[] = [];
        world.sessions.subscribe((event) => void seen.push(event), { userId: 'ada' });
        const { refreshToken } = await world.sessions.create({ userId: 'ada' });
        await world.refresh(refreshToken);
        await world.sessions.revokeAll('ada');
        expect(seen).toEqual(await world.sessions.events({ userId: 'ada' }));
      });

      test('a replay and a stale attempt log nothing', async () => {
        const { refreshToken } = await world.sessions.create({ userId: 'ada' });
        await next(world, refreshToken, 'key');
        const before = await world.sessions.events({ userId: 'ada' });
        await world.refresh(refreshToken, 'key');
        expect(await world.sessions.events({ userId: 'ada' })).toEqual(before);
      });

      test('are bounded: the oldest leave', async () => {
        const small = await make({ eventLimit: 100 });
        try {
          const { sessions, clock } = createWorld(small.store);
          const { session } = await sessions.create({ userId: 'ada' });
          for (let i = 0; i < 1000; i++) {
            clock.at += 1;
            await sessions.touch(session.id);
          }
          const left = await sessions.events({ userId: 'ada', limit: 1000 });
          expect(left.length).toBeGreaterThanOrEqual(100);
          expect(left.length).toBeLessThan(500);
          expect(left.at(-1)?.at).toBe(clock.at);
        } finally {
          await small.dispose();
        }
      });
    });

    describe('sweep', () => {
      test('keeps a tombstone until the later of END and death + 7 days', async () => {
        const long = await world.sessions.create({ userId: 'ada', remember: true });
        const short = await world.sessions.create({ userId: 'ada', idleTimeout: '10m' });
        await world.sessions.revoke(long.session.id, 'revoked');
        await world.sessions.revoke(short.session.id, 'revoked');
        const start = world.clock.at;
        const reasons = async (): Promise<Array<string | undefined | null>> => {
          await world.sessions.sweep();
          return Promise.all(
            [long, short].map(async ({ session }) => (await world.sessions.inspect(session.id))?.endReason),
          );
        };
        world.clock.at = start + 7 * day - 1;
        expect(await reasons()).toEqual(['revoked', 'revoked']);
        world.clock.at = start + 7 * day;
        expect(await reasons()).toEqual(['revoked', undefined]);
        world.clock.at = start + 14 * day;
        expect(await reasons()).toEqual([undefined, undefined]);
        expect(await world.refresh(long.refreshToken)).toMatchObject({ outcome: 'ended', reason: 'expired' });
      });

      test('keeps what lives, also when its end moved since, and answers how many it removed (S47)', async () => {
        const active = await world.sessions.create({ userId: 'ada', idleTimeout: '1h', absoluteTimeout: null });
        const endless = await world.sessions.create({ userId: 'ada', idleTimeout: null, absoluteTimeout: null });
        for (let i = 0; i < 1200; i++) await world.sessions.create({ userId: `user ${i}`, idleTimeout: '1m' });
        let removed = 0;
        for (let i = 0; i < 220; i++) {
          world.clock.at += 50 * minute;
          await world.sessions.touch(active.session.id);
          if (i % 20 === 19) removed += await world.sessions.sweep();
        }
        expect(removed).toBe(1200);
        expect(await world.sessions.get(active.session.id)).not.toBeNull();
        expect(await world.sessions.get(endless.session.id)).not.toBeNull();
        expect((await world.sessions.list('ada')).sessions).toHaveLength(2);
      });

      test('never forgets a sign-out of everything while a session is left that it killed', async () => {
        const endless = await world.sessions.create({ userId: 'ada', idleTimeout: null, absoluteTimeout: null });
        const long = await world.sessions.create({ userId: 'ada', idleTimeout: null, absoluteTimeout: '365d' });
        await world.sessions.revokeAll('ada');
        for (let i = 0; i < 60; i++) {
          world.clock.at += day;
          await world.sessions.sweep();
          expect(await world.sessions.get(endless.session.id)).toBeNull();
          expect(await world.sessions.get(long.session.id)).toBeNull();
        }
        expect((await world.sessions.inspect(long.session.id))?.endReason).toBe('revoked_all');
        expect(await world.sessions.inspect(endless.session.id)).toBeNull();
      });
    });

    test('after close every operation is store_unavailable, never "no session"', async () => {
      const { session, refreshToken } = await world.sessions.create({ userId: 'ada' });
      await world.sessions.close();
      await world.sessions.close();
      for (const operation of [
        () => world.sessions.get(session.id),
        () => world.sessions.create({ userId: 'ada' }),
        () => world.refresh(refreshToken),
        () => world.sessions.revoke(session.id, 'revoked'),
        () => world.sessions.revokeAll('ada'),
        () => world.sessions.list('ada'),
        () => world.sessions.events({ userId: 'ada' }),
        () => world.sessions.sweep(),
      ])
        await expect(operation()).rejects.toMatchObject({ code: 'store_unavailable' });
    });
  });
}

function tally(outcomes: RefreshOutcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) {
    const name = outcome.outcome === 'ended' ? `ended ${outcome.reason}` : outcome.outcome;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function ofType(events: SessionEvent[], type: SessionEvent['type']): SessionEvent[] {
  return events.filter((event) => event.type === type);
}
