import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Store } from '../../../../src/server/engine/store.ts';
import { nameOf, orderedName } from '../../../../src/server/stores/ordered-name.ts';
import { startRedis, type RunningRedis } from './start-redis.ts';
import { emptyStore, nodeRedis, type Handed } from './stores-on.ts';

/** Any text, with half characters and what comes before and after them. */
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc
    .array(fc.constantFrom(0x30, 0x61, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xe001, 0xffff), {
      maxLength: 5,
    })
    .map((units) => String.fromCharCode(...units)),
);

test('a name has in bytes the order that its text has in code units, and gives the text back', () => {
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      expect(nameOf(orderedName(a))).toBe(a);
      const order = a < b ? -1 : a > b ? 1 : 0;
      expect(Buffer.compare(Buffer.from(orderedName(a)), Buffer.from(orderedName(b)))).toBe(order);
    }),
    { numRuns: 2000 },
  );
});

describe('in Redis', () => {
  let redis: RunningRedis;
  let handed: Handed;
  let store: Store;
  beforeAll(async () => {
    redis = await startRedis();
    handed = await nodeRedis(redis.url);
    store = emptyStore(handed);
  });
  afterAll(async () => {
    await handed.close();
    await redis.stop();
  });

  test('notes of any key are found, and listed by code unit', async () => {
    const keys = ['', '10', '9', 'a}{b', '\uE000', '\u{1F642}', '\uD800', '\uFFFF', 'null'];
    for (const key of keys) await store.putNote('odd {}', key, { value: '1', expiresAt: null, ifVersion: 0 }, 0);
    const listed: string[] = [];
    for (let after: string | null = null; ;) {
      const page: Awaited<ReturnType<Store['notes']>> = await store.notes('odd {}', { limit: 2, after }, 0);
      listed.push(...page.map(({ key }) => key));
      if (page.length === 0) break;
      after = page.at(-1)!.key;
    }
    expect(listed).toEqual([...keys].sort());
    for (const key of keys) expect(await store.note('odd {}', key, 0), key).toMatchObject({ key, version: 1 });
  });

  test('a note that has ended leaves Redis, and its area with the last of them', async () => {
    const put = async (key: string, life: number): Promise<unknown> =>
      store.putNote('short', key, { value: '1', expiresAt: life, ifVersion: null }, 0);
    await put('long', 60_000);
    await put('short', 30_000);
    const ttl = async (key: string): Promise<number> => Number(await handed.client.send(key, ['pttl', key]));
    const names = (await handed.client.send('', ['keys', '*short*'])) as string[];
    expect(names).toHaveLength(3);
    const left = await Promise.all(names.map(ttl));
    expect(left.filter((ms) => ms > 30_000 && ms <= 60_000)).toHaveLength(2);
    expect(left.filter((ms) => ms > 0 && ms <= 30_000)).toHaveLength(1);
  });
});
