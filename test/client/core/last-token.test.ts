import { describe, expect, it } from 'vitest';
import { tokenTimes } from '../../../src/client/core/token-times.ts';
import { liveRecord } from '../vaults/records.ts';
import { createWorld } from './world.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

describe('the last token of a session', () => {
  const issuedAt = 1_000_000;
  const expiresAt = issuedAt + 5 * minute;
  const refreshAt = (absoluteEndsAt: number | null): number =>
    tokenTimes(
      liveRecord({ issuedAt, expiresAt, session: { ...liveRecord().session, absoluteEndsAt } }),
      0,
      75 * second,
      0,
    ).refreshAt;

  it.each([
    ['to the moment', expiresAt],
    ['but for the rounding of its life', expiresAt + 2 * second],
    ['and beyond it', expiresAt - second],
  ])('that lives as long as the session, %s, is not renewed before it ends', (_, absoluteEndsAt) => {
    expect(refreshAt(absoluteEndsAt)).toBe(expiresAt);
  });

  it.each([
    ['ends later', expiresAt + 3 * second],
    ['never ends', null],
  ])('is another one when the session %s', (_, absoluteEndsAt) => {
    expect(refreshAt(absoluteEndsAt)).toBe(expiresAt - 75 * second);
  });

  it('is refreshed once or twice before the end, and not again and again in ever shorter steps', async () => {
    const world = createWorld();
    const { manager } = await world.signedIn();
    manager.hold();
    await world.clock.advance(12 * hour - 6 * minute);
    const before = world.server.refreshes.length;
    await world.clock.advance(6 * minute + second);
    expect(manager.state.getState()).toMatchObject({ endReason: 'absolute_expired' });
    expect(world.server.refreshes.length - before).toBeLessThanOrEqual(3);
  });

  it('is given to the end to whoever asks for more than is left of the session', async () => {
    const world = createWorld();
    const { manager } = await world.signedIn();
    manager.hold();
    await world.clock.advance(12 * hour - minute);
    const before = world.server.refreshes.length;
    for (let call = 0; call < 10; call++) expect(await manager.accessToken(10 * minute)).toBe(manager.peek());
    expect(world.server.refreshes).toHaveLength(before);
  });
});
