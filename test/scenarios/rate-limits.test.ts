import { describe, expect, it } from 'vitest';
import { done, refusal, signedIn, untilExpired } from './signed-in.ts';
import { expectUntouched, heal, troubleTokens } from './trouble.ts';
import type { World } from './world.ts';

const second = 1000;
const minute = 60 * second;

/** Answers 429, and notes when it was asked. */
function limit(world: World, headers: () => Record<string, string>): number[] {
  const asked: number[] = [];
  troubleTokens(world, () => {
    asked.push(world.clock.now());
    return new Response('{"error":"invalid_grant","reason":"revoked"}', {
      status: 429,
      headers: { 'Content-Type': 'application/json', ...headers() },
    });
  });
  return asked;
}

const pauses = (moments: number[]): number[] =>
  moments.slice(1).map((moment, index) => moment - (moments[index] ?? Number.NaN));

const dateIn = (world: World, ms: number): string => new Date(world.clock.now() + ms).toUTCString();

describe('a server that asks for patience', () => {
  it.each<[string, (world: World) => Record<string, string>]>([
    ['in seconds', () => ({ 'Retry-After': '30' })],
    ['as a date', (world) => ({ 'Retry-After': dateIn(world, 31_000), Date: dateIn(world, 0) })],
  ])('E3: 429 with Retry-After %s: no request before that, and the session is kept', async (_, headers) => {
    const { world, ...ada } = await signedIn();
    const asked = limit(world, () => headers(world));
    await world.clock.advance(13 * minute);
    expectUntouched(world, ada);
    expect(asked.length).toBeGreaterThan(8);
    for (const pause of pauses(asked)) {
      expect(pause).toBeGreaterThanOrEqual(30 * second);
      expect(pause).toBeLessThanOrEqual(61 * second);
    }
    heal(world);
    await world.clock.advance(61 * second);
    expect(ada.session.token.getState()).toMatchObject({ freshness: 'fresh', generation: 1 });
  });

  it.each(['', '0', '-5', 'soon', '1e3', '30.5', '0x1e', 'Thu, 01 Jan 1970 00:00:00 GMT', 'NaN', '\u00a0'])(
    'E3: 429 with Retry-After "%s": the client’s own pauses, ever longer',
    async (value) => {
      const { world, ...ada } = await signedIn();
      const asked = limit(world, () => (value === '' ? {} : { 'Retry-After': value }));
      await world.clock.advance(13 * minute);
      expectUntouched(world, ada);
      expect(asked.length).toBeGreaterThan(8);
      expect(asked.length).toBeLessThanOrEqual(6 + 20);
      expect(Math.min(...pauses(asked).slice(6))).toBeGreaterThanOrEqual(30 * second);
    },
  );

  it.each(['86400', '9'.repeat(30), 'Fri, 31 Dec 9999 23:59:59 GMT'])(
    'E3: 429 with Retry-After "%s": asked again after five minutes; until then every call is refused at once, with the time',
    async (value) => {
      const { world, ...ada } = await signedIn();
      const asked = limit(world, () => ({ 'Retry-After': value, Date: dateIn(world, 0) }));
      await untilExpired(world, ada.session);
      expect(asked).toHaveLength(1);
      const limitedAt = asked[0] ?? Number.NaN;
      const refused = await refusal(world, ada.session.getAccessToken());
      expect(refused).toMatchObject({ code: 'rate_limited', status: 429, retryable: true });
      const { refreshAt } = ada.session.token.getState();
      expect((refreshAt ?? 0) - limitedAt).toBeGreaterThanOrEqual(5 * minute);
      expect((refreshAt ?? 0) - limitedAt).toBeLessThanOrEqual(5.5 * minute);
      expect((refused as { retryAfterMs: number }).retryAfterMs).toBeCloseTo((refreshAt ?? 0) - world.clock.now(), -2);
      expect(asked).toHaveLength(1);
      heal(world);
      await world.clock.advance((refreshAt ?? 0) - world.clock.now() + second);
      expect(ada.session.token.getState()).toMatchObject({ freshness: 'fresh', generation: 1 });
    },
  );

  it('E3: the network comes and goes, and the page is looked at, while the server asks for patience: still no request', async () => {
    const { world, ...ada } = await signedIn();
    const asked = limit(world, () => ({ 'Retry-After': '60' }));
    await refusal(world, ada.session.refresh());
    for (let n = 0; n < 11; n++) {
      await world.clock.advance(5 * second);
      ada.tab.platform.setOnline(false);
      ada.tab.platform.setOnline(true);
      ada.tab.platform.emit('look');
      await refusal(world, ada.session.refresh());
    }
    expect(asked).toHaveLength(1);
  });

  it('E3: eight tabs wait together: each of them asks at most once before the time', async () => {
    const { world, ...ada } = await signedIn();
    const others = Array.from({ length: 7 }, () => world.open());
    for (const { session } of others) await done(world, session.ready());
    const asked = limit(world, () => ({ 'Retry-After': '300' }));
    await world.clock.advance(8 * minute);
    expectUntouched(world, ada);
    expect(asked.length).toBeLessThanOrEqual(8);
  });
});
