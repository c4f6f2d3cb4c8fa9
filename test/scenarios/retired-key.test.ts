import { decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import type { SessionManager } from '../../src/index.ts';
import { createAccessTokens } from '../../src/server/index.ts';
import { done, watch } from './signed-in.ts';
import { api, count, createWorld } from './world.ts';

const kidOf = ({ peekAccessToken }: SessionManager): string => decodeProtectedHeader(peekAccessToken() ?? '').kid!;

describe('a signing key that is taken away at once', () => {
  it('costs all tabs one refresh, and signs nobody out', async () => {
    let now = (): number => 0;
    const tokens = createAccessTokens({ issuer: api, audience: api, clock: { now: () => now() } });
    const world = createWorld({ server: { tokens } });
    now = () => world.clock.now();
    const tabs = [watch(world.open()), watch(world.open()), watch(world.open())];
    await done(world, tabs[0]!.session.signIn({ username: 'ada' }, { remember: true }));
    await world.clock.settle();
    const before = kidOf(tabs[0]!.session);
    expect((await done(world, tabs[0]!.session.fetch('/session'))).status).toBe(200);
    for (const tab of tabs) tab.statuses.length = 0;

    await world.work(() => tokens.retire(before));
    const asked = tabs.map(({ session }) => session.fetch('/session'));
    for (const answer of asked) expect((await done(world, answer)).status).toBe(200);
    expect(count(world, 'POST /token', 200)).toBe(1);
    expect(count(world, 'POST /token', 400)).toBe(0);
    for (const { session, statuses, failures } of tabs) {
      expect(kidOf(session)).not.toBe(before);
      expect([session.getState().status, statuses, failures]).toEqual(['authenticated', [], []]);
    }
  });
});
