import { describe, expect, test } from 'vitest';
import { createMemoryStore } from '../../../src/server/stores/memory.ts';
import type { SessionEvent } from '../../../src/server/engine/session-event.ts';
import { createWorld } from './world.ts';

describe('subscribers', () => {
  test('one that throws, rejects or hangs disturbs nobody, and is reported', async () => {
    const errors: unknown[] = [];
    const { sessions } = createWorld(createMemoryStore(), {
      onError: (error) => {
        errors.push(error);
        throw new Error('the reporter fails too');
      },
    });
    const seen: string[] = [];
    sessions.subscribe(() => {
      throw new Error('thrown');
    });
    sessions.subscribe((): unknown => Promise.reject(new Error('rejected')));
    sessions.subscribe((): unknown => new Promise(() => {}));
    sessions.subscribe((event) => void seen.push(event.type));
    const { session } = await sessions.create({ userId: 'ada' });
    expect(await sessions.revoke(session.id, 'revoked')).toBe(true);
    await Promise.resolve();
    expect(seen).toEqual(['session.created', 'session.revoked']);
    expect(errors.map((error) => (error as Error).message).sort()).toEqual([
      'rejected',
      'rejected',
      'thrown',
      'thrown',
    ]);
  });

  test('get what they asked for, until they leave', async () => {
    const { sessions } = createWorld(createMemoryStore());
    const one = await sessions.create({ userId: 'ada' });
    const two = await sessions.create({ userId: 'ada' });
    const logs: Record<string, SessionEvent[]> = { all: [], ada: [], bob: [], one: [], adaOne: [] };
    const note = (name: string) => (event: SessionEvent) => void logs[name]!.push(event);
    const leave = [
      sessions.subscribe(note('all')),
      sessions.subscribe(note('ada'), { userId: 'ada' }),
      sessions.subscribe(note('bob'), { userId: 'bob' }),
      sessions.subscribe(note('one'), { sessionId: one.session.id }),
      sessions.subscribe(note('adaOne'), { userId: 'ada', sessionId: one.session.id }),
    ];
    await sessions.touch(one.session.id);
    await sessions.touch(two.session.id);
    await sessions.create({ userId: 'bob' });
    await sessions.revokeAll('bob');
    await sessions.revokeAll('ada');
    const counts = (): number[] => Object.values(logs).map((events) => events.length);
    expect(counts()).toEqual([5, 3, 2, 2, 2]);
    expect(logs['one']!.map((event) => event.type)).toEqual(['session.touched', 'user.sessions_revoked']);
    for (const end of [...leave, ...leave]) end();
    await sessions.create({ userId: 'ada' });
    expect(counts()).toEqual([5, 3, 2, 2, 2]);
  });

  test('get events in order, also those that another listener caused', async () => {
    const { sessions } = createWorld(createMemoryStore());
    const seen: number[] = [];
    sessions.subscribe((event) => {
      if (event.type === 'session.created') void sessions.revoke(event.sessionId!, 'revoked');
    });
    sessions.subscribe((event) => void seen.push(event.cursor));
    await Promise.all(['a', 'b', 'c'].map((userId) => sessions.create({ userId })));
    await Promise.resolve();
    expect(seen).toHaveLength(6);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  test('cannot ask the log for nonsense', async () => {
    const { sessions } = createWorld(createMemoryStore());
    for (const query of [{ after: Number.NaN }, { after: 1.5 }, { limit: 0 }, { limit: Number.NaN }])
      await expect(sessions.events({ userId: 'ada', ...query })).rejects.toMatchObject({ code: 'invalid_argument' });
  });
});
