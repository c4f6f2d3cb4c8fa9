import { describe, expect, test, vi } from 'vitest';
import type { SessionEvent } from 'sojourn/server';
import type { Subject } from './subject.ts';

const typesOf = (events: readonly SessionEvent[]): string[] => events.map(({ type }) => type);

export function eventsContract(on: Subject): void {
  describe('the events', () => {
    test('of a user are kept, oldest first, and read on from a cursor (S101)', async () => {
      const { id } = await on.start();
      await on.sessions.revokeAll('ada');
      const events = await on.sessions.events({ userId: 'ada' });
      expect(events).toEqual([
        {
          cursor: expect.any(Number),
          type: 'session.created',
          userId: 'ada',
          sessionId: id,
          at: on.clock.now(),
          detail: { type: 'default' },
        },
        {
          cursor: expect.any(Number),
          type: 'user.sessions_revoked',
          userId: 'ada',
          sessionId: null,
          at: on.clock.now(),
          detail: { notBefore: expect.any(Number), count: 1, kept: null },
        },
      ]);
      const [first, second] = events;
      expect(await on.sessions.events({ userId: 'ada', after: first!.cursor })).toEqual([second]);
      expect(await on.sessions.events({ userId: 'ada', limit: 1 })).toEqual([first]);
      expect(await on.sessions.events({ userId: 'nobody at all' })).toEqual([]);
      await expect(on.sessions.events({ userId: 'ada', after: 0.5 })).rejects.toMatchObject({
        code: 'invalid_argument',
      });
    });

    test('reach who listens, from then on, until they stop (S96, S98)', async () => {
      const heard: SessionEvent[] = [];
      const stop = on.sessions.subscribe((event) => void heard.push(event));
      const { id } = await on.start({ userId: 'eve' });
      await on.sessions.revoke(id, 'revoked');
      await vi.waitFor(() => expect(typesOf(heard)).toEqual(['session.created', 'session.revoked']));
      expect(heard).toEqual(await on.sessions.events({ userId: 'eve' }));
      stop();
      stop();
      const later: SessionEvent[] = [];
      const stopLater = on.sessions.subscribe((event) => void later.push(event));
      await on.start();
      await vi.waitFor(() => expect(typesOf(later)).toEqual(['session.created']));
      expect(heard).toHaveLength(2);
      stopLater();
    });

    test('of one user or one session reach who wants only those', async () => {
      const { id } = await on.start();
      const [ofUser, ofSession]: [SessionEvent[], SessionEvent[]] = [[], []];
      const stops = [
        on.sessions.subscribe((event) => void ofUser.push(event), { userId: 'eve' }),
        on.sessions.subscribe((event) => void ofSession.push(event), { sessionId: id }),
      ];
      const other = await on.start();
      await on.start({ userId: 'eve' });
      await on.sessions.touch(other.id);
      await on.sessions.touch(id);
      await on.sessions.revokeAll('ada');
      await vi.waitFor(() => expect(typesOf(ofSession)).toEqual(['session.touched', 'user.sessions_revoked']));
      await vi.waitFor(() => expect(typesOf(ofUser)).toEqual(['session.created']));
      for (const stop of stops) stop();
    });

    test('reach everybody although a listener throws', async () => {
      const heard: SessionEvent[] = [];
      const stops = [
        on.sessions.subscribe(() => {
          throw new Error('a listener of somebody');
        }),
        on.sessions.subscribe((event) => void heard.push(event)),
      ];
      await on.start();
      await vi.waitFor(() => expect(heard).toHaveLength(1));
      for (const stop of stops) stop();
    });
  });
}
