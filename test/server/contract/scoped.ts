import { describe, expect, test } from 'vitest';
import { hour, unknownId, type Subject } from './subject.ts';

export function scopedContract(on: Subject): void {
  describe('a value beside a session', () => {
    test('outlives it, for a life of its own (S33)', async () => {
      const { id } = await on.start();
      await on.sessions.scoped.set(id, 'cart', ['a book']);
      await on.sessions.scoped.set(id, 'form', { page: 2 }, { life: '10h' });
      expect(await on.sessions.scoped.list(id)).toEqual([
        { name: 'cart', endsAt: on.clock.now() + 24 * hour },
        { name: 'form', endsAt: on.clock.now() + 10 * hour },
      ]);
      await on.sessions.revoke(id, 'revoked');
      on.clock.advance(10 * hour);
      expect(await on.sessions.scoped.get(id, 'cart')).toEqual(['a book']);
      expect(await on.sessions.scoped.get(id, 'form')).toBeNull();
      await expect(on.sessions.scoped.set(id, 'cart', [])).rejects.toMatchObject({ code: 'session_ended' });
    });

    test('is removed once', async () => {
      const { id } = await on.start();
      await on.sessions.scoped.set(id, '..', null);
      expect(await on.sessions.scoped.remove(id, '..')).toBe(true);
      expect(await on.sessions.scoped.remove(id, '..')).toBe(false);
      expect(await on.sessions.scoped.list(id)).toEqual([]);
    });

    test('loses no change of many at once (S32)', async () => {
      const { id } = await on.start();
      const add = (item: number): Promise<unknown> =>
        on.sessions.scoped.mutate(id, 'cart', (cart) => [...(Array.isArray(cart) ? cart : []), item], { life: '2h' });
      await Promise.all([1, 2, 3].map(add));
      expect((await on.sessions.scoped.get(id, 'cart')) as number[]).toHaveLength(3);
      expect(await on.sessions.scoped.mutate(id, 'cart', () => null)).toBeNull();
      await expect(on.sessions.scoped.mutate(id, 'cart', () => undefined as never)).rejects.toMatchObject({
        code: 'data_not_serializable',
      });
    });

    test.each([
      ['__proto__', 'data_invalid'],
      ['', 'data_invalid'],
      ['n'.repeat(129), 'invalid_argument'],
    ])('cannot be called %j', async (name, code) => {
      const { id } = await on.start();
      await expect(on.sessions.scoped.set(id, name, 1)).rejects.toMatchObject({ code });
      await expect(on.sessions.scoped.get(id, name)).rejects.toMatchObject({ code });
      await expect(on.sessions.scoped.remove(id, name)).rejects.toMatchObject({ code });
    });

    test('lives for a length that can be used', async () => {
      const { id } = await on.start();
      await expect(on.sessions.scoped.set(id, 'a', 1, { life: 0 })).rejects.toMatchObject({ code: 'invalid_duration' });
    });

    test('of no session is nothing, and cannot be written', async () => {
      expect(await on.sessions.scoped.get(unknownId, 'a')).toBeNull();
      expect(await on.sessions.scoped.list('nobody')).toEqual([]);
      expect(await on.sessions.scoped.remove(unknownId, 'a')).toBe(false);
      const missing = { code: 'session_not_found', status: 404 };
      await expect(on.sessions.scoped.set(unknownId, 'a', 1)).rejects.toMatchObject(missing);
      await expect(on.sessions.scoped.mutate(unknownId, 'a', () => 1)).rejects.toMatchObject(missing);
    });

    test('of a session that is over is not thought of anew', async () => {
      const { id } = await on.start();
      await on.sessions.scoped.set(id, 'a', 1);
      await on.sessions.revoke(id, 'revoked');
      let thoughts = 0;
      const change = (): number => ++thoughts;
      for (const over of [id, unknownId])
        await expect(on.sessions.scoped.mutate(over, 'a', change)).rejects.toThrow('session');
      expect([thoughts, await on.sessions.scoped.get(id, 'a')]).toEqual([0, 1]);
    });
  });
}
