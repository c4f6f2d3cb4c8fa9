import { describe, expect, test } from 'vitest';
import { rememberType } from '../../../src/server/engine/store.ts';
import type { World } from '../engine/world.ts';

/** What is in the lists of every store, and in which order. Part of `testStore`. */
export function testOrder(at: () => World): void {
  /** Reads all pages, from nothing on. */
  async function paged<One>(page: (after: One | null) => Promise<One[]>): Promise<One[]> {
    const all: One[] = [];
    for (let after: One | null | undefined = null; after !== undefined;) {
      const found = await page(after);
      all.push(...found);
      after = found.at(-1);
    }
    return all;
  }

  describe('order', () => {
    test('sessions of one moment are listed by id downwards, in pages', async () => {
      const { sessions, store, clock } = at();
      const made: { stamp: number; id: string }[] = [];
      for (let i = 0; i < 40; i++) {
        if (i === 10 || i === 30) clock.at += 1;
        const { session, stamp } = await sessions.create({ userId: 'ada' });
        made.push({ stamp, id: session.id });
      }
      const user = { tag: made[0]!.id.slice('session_'.length, -22), userId: 'ada' };
      const listed = await paged<{ stamp: number; id: string }>(async (after) =>
        (await store.list(user, { limit: 7, after, type: null }, clock.at)).records.map(({ stamp, id }) => ({
          stamp,
          id,
        })),
      );
      expect(listed).toEqual(made.sort((a, b) => b.stamp - a.stamp || (a.id < b.id ? 1 : -1)));
    });

    test('sessions of one type and moment are found by id downwards, in pages', async () => {
      const { sessions, store, clock } = at();
      await sessions.types.define({ tag: 'checkout' });
      const made: { createdAt: number; id: string }[] = [];
      for (let i = 0; i < 40; i++) {
        if (i === 10 || i === 30) clock.at += 1;
        const { id, createdAt } = (await sessions.create({ userId: `user ${i % 13}`, type: 'checkout' })).session;
        made.push({ createdAt, id });
      }
      const found = await paged<{ createdAt: number; id: string }>(async (after) =>
        (await store.ofType('checkout', { limit: 7, after }, clock.at)).found.map(({ record: { createdAt, id } }) => ({
          createdAt,
          id,
        })),
      );
      expect(found).toEqual(made.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1)));
    });

    test('notes of any key are found, and listed by code unit, in pages', async () => {
      const { store, clock } = at();
      const keys = ['10', '9', 'a}{b', 'ä', '\uD7FF', '\uD800', '\uDFFF', '\u{1F600}', '\uE000', '\uFFFD', '\uFFFF'];
      for (const key of keys) await store.putNote('odd {}', key, { value: '1', expiresAt: null, ifVersion: 0 }, 0);
      const listed = await paged<string>(async (after) =>
        (await store.notes('odd {}', { limit: 2, after }, clock.at)).map(({ key }) => key),
      );
      expect(listed).toEqual([...keys].sort());
      for (const key of keys) expect(await store.note('odd {}', key, clock.at), key).toMatchObject({ key, version: 1 });
      expect(await store.dropNote('odd {}', '\uD800', clock.at)).toBe(true);
      expect(await store.note('odd {}', '\uFFFD', clock.at)).not.toBeNull();
    });

    test('what is behind remember tokens is in no list of a type', async () => {
      const { sessions, store, clock } = at();
      await sessions.remember.issue('ada');
      expect((await store.ofType(rememberType, { limit: 10, after: null }, clock.at)).found).toEqual([]);
    });
  });
}
