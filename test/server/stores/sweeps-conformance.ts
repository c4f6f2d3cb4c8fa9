import { describe, expect, test } from 'vitest';
import { day, minute, type World } from '../engine/world.ts';

/** What every store must find when it looks for the dead. Part of `testStore`. */
export function testSweeps(at: () => World): void {
  describe('the dead are found', () => {
    test.each([
      ['a far end', { idleTimeout: null, absoluteTimeout: '30d' }],
      ['a long window', { idleTimeout: null, absoluteTimeout: null, window: '30d' }],
      ['no end', { idleTimeout: null, absoluteTimeout: null }],
    ])('by a sweep, also when they had %s and got an earlier one (S17, S47)', async (_what, limits) => {
      const { sessions, clock } = at();
      const { id } = (await sessions.create({ userId: 'ada', ...limits })).session;
      await sessions.setEnd(id, clock.at + minute);
      clock.at += 2 * minute;
      expect(await sessions.sweep()).toBe(0);
      // Nobody looks at it in between: whoever does marks it.
      clock.at += 7 * day;
      expect(await sessions.sweep()).toBe(1);
      expect(await sessions.inspect(id)).toBeNull();
    });

    test('by the sweep of one user, also after somebody listed the living (S48, S97)', async () => {
      const { sessions, clock } = at();
      const { id, createdAt } = (await sessions.create({ userId: 'ada', window: '1m' })).session;
      clock.at += 5 * minute;
      for (let i = 0; i < 20; i++) await sessions.create({ userId: 'ada' });
      expect((await sessions.list('ada')).sessions).toHaveLength(20);
      expect(await sessions.sweepUser('ada')).toBe(1);
      expect(await sessions.sweepUser('ada')).toBe(0);
      const expired = (await sessions.events({ userId: 'ada' })).filter(({ type }) => type === 'session.expired');
      expect(expired).toMatchObject([{ sessionId: id, at: createdAt + minute, detail: { reason: 'expired' } }]);
      expect(await sessions.revokeAll('ada')).toMatchObject({ count: 20 });
    });

    test('and are not counted before anybody found them', async () => {
      const { sessions, clock } = at();
      const made = [];
      for (const window of ['1m', '2m', '3m', '1h', '2h'])
        made.push((await sessions.create({ userId: 'ada', window })).session.id);
      clock.at += 5 * minute;
      expect((await sessions.list('ada')).sessions).toHaveLength(2);
      expect(await sessions.revokeOthers('ada', made[4]!)).toMatchObject({ count: 1 });
      expect(await sessions.revokeAll('ada')).toMatchObject({ count: 1 });
    });

    test('and are not taken twice from a count that began after their end', async () => {
      const { sessions, clock } = at();
      for (let i = 0; i < 30; i++) await sessions.create({ userId: 'ada', window: '1m' });
      clock.at += 2 * minute;
      for (let i = 0; i < 70; i++) await sessions.create({ userId: 'ada', window: i < 5 ? '5m' : '1h' });
      await sessions.sweepUser('ada');
      await sessions.sweep();
      clock.at += minute;
      expect(await sessions.revokeAll('ada')).toMatchObject({ count: 70 });
    });
  });
}
