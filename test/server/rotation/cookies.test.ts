import { describe, expect, test } from 'vitest';
import { next, tokenOf, type World } from '../engine/world.ts';
import { storeKinds } from './stores-under-test.ts';
import { atOnce, tally, tokensOf, worldOn } from './world-on.ts';

// Cookie mode: the token attaches when a request leaves, so it may be another one than the page means.
describe.each(storeKinds)('a refresh by cookie, on $name', { timeout: 120_000 }, (kind) => {
  const on = worldOn(kind);

  /** Asks with this cookie, as a page whose last attempts were for these generations. */
  const ask = (cookie: string, ...generations: number[]): ReturnType<World['refresh']> =>
    on.world.refresh(cookie, null, {
      cookieMode: true,
      attemptKeys: generations.map((generation) => ({ generation, key: `key ${generation}` })),
    });

  /** The cookies of a session that was refreshed so often, oldest first. */
  async function cookies(times: number): Promise<string[]> {
    const all = [(await on.world.sessions.create({ userId: 'ada' })).refreshToken];
    for (let i = 0; i < times; i++) all.push(tokenOf(await ask(all[i]!, i)));
    return all;
  }

  test('takes the attempt that was made for the cookie, under load', async () => {
    const [first] = await cookies(0);
    const outcomes = await atOnce(50, () => ask(first!, 0));
    expect(tally(outcomes)).toEqual({ rotated: 1, replayed: 49 });
    expect(await ask(tokensOf(outcomes)[0]!, 1, 0)).toMatchObject({ outcome: 'rotated' });
  });

  test('is a replay where the cookie is one ahead of the page', async () => {
    const [, second] = await cookies(1);
    expect(await ask(second!, 0)).toMatchObject({ outcome: 'replayed', refreshToken: second });
  });

  test.each([1, 2, 3, 4, 5, 6])('brings a cookie up to date that a late answer put back by %i', async (by) => {
    const all = await cookies(6);
    // A page keeps its last five attempts; the newest is for the generation that it could not ask for.
    const page = [6, 5, 4, 3, 2];
    const outcomes = await atOnce(20, () => ask(all[6 - by]!, ...page));
    expect(tally(outcomes)).toEqual({ replayed: 20 });
    expect(tokensOf(outcomes)).toEqual([all[6]]);
    expect(await ask(all[6]!, ...page)).toMatchObject({ outcome: 'rotated' });
  });

  test('is stale, names the generation, and kills nobody, where the page made no attempt that the store knows', async () => {
    const all = await cookies(3);
    for (const cookie of all.slice(0, 3)) {
      expect(await ask(cookie)).toMatchObject({ outcome: 'stale', generation: 3 });
      expect(await ask(cookie, 7, 8)).toMatchObject({ outcome: 'stale', generation: 3 });
    }
    expect(await ask(all[3]!)).toMatchObject({ outcome: 'stale', generation: 3 });
    expect(await ask(all[3]!, 3)).toMatchObject({ outcome: 'rotated' });
  });

  test('gets nothing for an old request that comes late', async () => {
    const all = await cookies(4);
    expect(await ask(all[1]!, 1, 0)).toMatchObject({ outcome: 'stale', generation: 4 });
    expect(await ask(all[2]!, 2, 1, 0)).toMatchObject({ outcome: 'stale', generation: 4 });
    expect(await ask(all[4]!, 4)).toMatchObject({ outcome: 'rotated' });
  });

  test('finds a second holder who has a spent cookie and a key of his own, whatever else he names', async () => {
    const all = await cookies(2);
    const his = [
      { generation: 0, key: 'a key of his own' },
      { generation: 1, key: 'another' },
    ];
    const reuse = { outcome: 'ended', reason: 'reuse_detected' };
    expect(await on.other.refresh(all[0]!, null, { cookieMode: true, attemptKeys: his })).toMatchObject(reuse);
    expect(await ask(all[2]!, 2)).toMatchObject(reuse);
  });

  test('is bearer mode otherwise: a token that is put back without attempts is reuse', async () => {
    const { refreshToken } = await on.world.sessions.create({ userId: 'ada' });
    await next(on.world, refreshToken, 'key');
    expect(await on.world.refresh(refreshToken, 'another')).toMatchObject({ reason: 'reuse_detected' });
  });
});
