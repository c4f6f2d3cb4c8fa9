import { describe, expect, test } from 'vitest';
import { createWorld, day, hour, minute, next, type World } from '../engine/world.ts';

/** What every store must do when ends are moved, and when there are too many sessions. Part of `testStore`. */
export function testEnds(at: () => World): void {
  describe('moving ends', () => {
    test('an extension adds to the end, up to the absolute one, and says when it was cut (S13, S43)', async () => {
      const { sessions, clock } = at();
      const { id, createdAt } = (
        await sessions.create({ userId: 'ada', window: '1h', idleTimeout: null, absoluteTimeout: '3h' })
      ).session;
      clock.at += 10 * minute;
      const longer = await sessions.extend(id, '1h');
      expect(longer).toMatchObject({ clamped: false, session: { windowEndsAt: createdAt + 2 * hour } });
      expect(await sessions.extend(id, '2h')).toMatchObject({
        clamped: true,
        session: { endsAt: createdAt + 3 * hour },
      });
      expect((await sessions.get(id))?.windowEndsAt).toBe(createdAt + 3 * hour);
    });

    test('without a length the window starts anew, and never gets shorter (S14)', async () => {
      const { sessions, clock } = at();
      const { id, createdAt } = (await sessions.create({ userId: 'ada', window: '1h', idleTimeout: null })).session;
      clock.at += 20 * minute;
      expect((await sessions.extend(id)).session.windowEndsAt).toBe(clock.at + hour);
      await sessions.extend(id, '5h');
      expect((await sessions.extend(id)).session.windowEndsAt).toBe(createdAt + 20 * minute + 6 * hour);
    });

    test('an end can be set earlier or later, and one in the past ends the session now (S17)', async () => {
      const { sessions, clock } = at();
      const { session, refreshToken } = await sessions.create({
        userId: 'ada',
        window: '1h',
        idleTimeout: null,
        absoluteTimeout: '2h',
      });
      expect((await sessions.setEnd(session.id, clock.at + minute)).session.endsAt).toBe(clock.at + minute);
      expect(await sessions.setEnd(session.id, clock.at + day)).toMatchObject({
        clamped: true,
        session: { endsAt: session.createdAt + 2 * hour },
      });
      expect(await sessions.setEnd(session.id, clock.at)).toMatchObject({
        clamped: false,
        session: { state: 'expired', endReason: 'expired' },
      });
      expect(await sessions.get(session.id)).toBeNull();
      expect((await sessions.list('ada')).sessions).toEqual([]);
      expect(await at().refresh(refreshToken)).toMatchObject({ outcome: 'ended', reason: 'expired' });
      const events = await sessions.events({ userId: 'ada' });
      expect(events.map(({ type }) => type)).toEqual([
        'session.created',
        'session.extended',
        'session.extended',
        'session.expired',
      ]);
    });

    test('a session without a window has none to extend; setting its end gives it one', async () => {
      const { sessions, clock } = at();
      const { id } = (await sessions.create({ userId: 'ada', idleTimeout: null })).session;
      await expect(sessions.extend(id, '1h')).rejects.toMatchObject({ code: 'not_supported' });
      await sessions.setEnd(id, clock.at + hour);
      expect((await sessions.extend(id, '1h')).session.endsAt).toBe(clock.at + 2 * hour);
      clock.at += 90 * minute;
      expect((await sessions.extend(id)).session.endsAt).toBe(clock.at + hour);
    });

    test('a renewal starts the window anew and supersedes the session token; the refresh token stays good (S15)', async () => {
      const { sessions, clock } = at();
      const { session, refreshToken } = await sessions.create({ userId: 'ada', window: '1h', idleTimeout: null });
      clock.at += minute;
      const renewed = await sessions.renew(session.id);
      expect(renewed).toMatchObject({
        tokenGeneration: 1,
        generation: 0,
        windowEndsAt: clock.at + hour,
        lastRefreshedAt: clock.at,
      });
      expect(await sessions.get(session.id)).toEqual(renewed);
      await next(at(), refreshToken);
      expect(await sessions.renew(session.id)).toMatchObject({ tokenGeneration: 2, generation: 1 });
    });

    test('nothing moves the end of a dead session (S22)', async () => {
      const { sessions, clock } = at();
      const { id } = (await sessions.create({ userId: 'ada', window: '1h', idleTimeout: null })).session;
      clock.at += hour;
      for (const move of [
        () => sessions.extend(id, '1h'),
        () => sessions.extend(id),
        () => sessions.setEnd(id, clock.at + hour),
        () => sessions.renew(id),
        () => sessions.touch(id, 'clicked'),
      ])
        await expect(move()).rejects.toMatchObject({ code: 'session_ended', reason: 'expired' });
      const missing = `session_${'A'.repeat(38)}`;
      await expect(sessions.extend(missing, '1h')).rejects.toMatchObject({ code: 'session_not_found' });
    });

    test('a touch may say what the person did (S12, S35)', async () => {
      const { sessions, clock } = at();
      const { id } = (await sessions.create({ userId: 'ada' })).session;
      clock.at += minute;
      expect((await sessions.touch(id, 'opened the cart')).lastAction).toEqual({
        action: 'opened the cart',
        at: clock.at,
      });
      clock.at += minute;
      await sessions.touch(id);
      expect((await sessions.get(id))?.lastAction).toEqual({ action: 'opened the cart', at: clock.at - minute });
    });

    test('what a session was given beside its data is kept (S3, S5, S93)', async () => {
      const { sessions, clock } = at();
      const { session } = await sessions.create({
        userId: 'ada',
        id: 'cart-7',
        endsAt: clock.at + hour,
        trustContext: { ip: '192.0.2.1', score: 0.7, note: 'ünïcode '.repeat(40) },
      });
      expect(session).toMatchObject({ alias: 'cart-7', endsAt: clock.at + 30 * minute, windowEndsAt: clock.at + hour });
      expect(await sessions.get('cart-7')).toEqual(session);
      expect(await sessions.get(session.id)).toEqual(session);
    });

    test('beyond the limit of a user the oldest end, in the same step', async () => {
      const world = createWorld(at().store, { maxPerUser: 2 });
      const made = [];
      for (let i = 0; i < 4; i++) {
        world.clock.at += second;
        made.push((await world.sessions.create({ userId: 'ada' })).session.id);
      }
      await world.sessions.create({ userId: 'eve' });
      const left = (await world.sessions.list('ada')).sessions.map(({ id }) => id);
      expect(left).toEqual([made[3], made[2]]);
      expect(await world.sessions.inspect(made[0]!)).toMatchObject({ endReason: 'revoked' });
      const ends = (await world.sessions.events({ userId: 'ada' })).filter(({ type }) => type === 'session.revoked');
      expect(ends.map(({ sessionId }) => sessionId)).toEqual([made[0], made[1]]);
    });

    test('a limit never ends the session that was just made, also when several are made in one millisecond', async () => {
      const world = createWorld(at().store, { maxPerUser: 1 });
      for (let i = 0; i < 8; i++) {
        const { session } = await world.sessions.create({ userId: 'ada' });
        expect((await world.sessions.list('ada')).sessions.map(({ id }) => id)).toEqual([session.id]);
      }
    });

    test('knows how many of very many were live when all are ended (S20)', async () => {
      const { sessions, clock } = at();
      const made: string[] = [];
      for (let i = 0; i < 100; i++)
        made.push(
          (await sessions.create({ userId: 'ada', window: i < 30 ? '5m' : '2h', idleTimeout: null })).session.id,
        );
      for (const id of made.slice(30, 40)) await sessions.revoke(id, 'revoked');
      for (const id of made.slice(40, 45)) await sessions.setEnd(id, clock.at + minute);
      await sessions.remember.issue('ada');
      clock.at += 2 * minute;
      await expect(sessions.touch(made[40]!)).rejects.toMatchObject({ code: 'session_ended' });
      clock.at += 10 * minute;
      await sessions.sweep();
      await sessions.create({ userId: 'ada' });
      expect(await sessions.revokeOthers('ada', made[99]!)).toMatchObject({ count: 55 });
      for (let i = 0; i < 70; i++) await sessions.create({ userId: 'ada' });
      expect((await sessions.revokeAll('ada')).count).toBe(71);
      expect((await sessions.revokeAll('ada')).count).toBe(0);
    });

    test('clears the list of one user of what expired unseen (S48)', async () => {
      const { sessions, clock } = at();
      for (const window of ['1m', '2m', '1h']) await sessions.create({ userId: 'ada', window });
      const seen = (await sessions.create({ userId: 'ada', window: '1m' })).session.id;
      await sessions.create({ userId: 'eve', window: '1m' });
      clock.at += 5 * minute;
      await expect(sessions.touch(seen)).rejects.toMatchObject({ code: 'session_ended' });
      expect(await sessions.sweepUser('ada')).toBe(2);
      expect(await sessions.sweepUser('ada')).toBe(0);
      expect(await sessions.sweepUser('nobody')).toBe(0);
      expect((await sessions.list('ada')).sessions).toHaveLength(1);
      const expired = (await sessions.events({ userId: 'ada' })).filter(({ type }) => type === 'session.expired');
      expect(expired).toHaveLength(3);
    });
  });
}

const second = 1000;
