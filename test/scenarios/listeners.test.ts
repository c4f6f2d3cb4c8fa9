import { expect, it } from 'vitest';
import { expectConsole } from '../support/expect-console.ts';
import type { SessionManager } from '../../src/index.ts';
import { codeOf, done } from './done.ts';
import { count, createWorld, refreshLock, type World } from './world.ts';

const minute = 60_000;

async function signedIn(world: World): Promise<SessionManager> {
  const { session } = world.open({ idle: false });
  await done(world, session.signIn({ username: 'ada' }));
  return session;
}

it('A9: a listener that calls everything from inside a refresh, and signs out, holds up nothing', async () => {
  const world = createWorld();
  const session = await signedIn(world);
  const steps: string[] = [];
  let told = 0;
  session.on('refreshed', async () => {
    if (++told > 1) return;
    // The one that is telling of itself right now.
    await session.refresh();
    await session.getAccessToken();
    await session.fetch('/session');
    steps.push('called');
    await session.refresh();
    steps.push('refreshed');
    await session.signOut();
    steps.push('signed out');
  });
  await done(world, session.refresh());
  // It runs by itself; nothing in it waits for time.
  for (let turn = 0; turn < 50; turn++) await world.clock.settle();
  expect(steps).toEqual(['called', 'refreshed', 'signed out']);
  expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'signed_out' });
  expect(count(world, 'POST /token', 200)).toBeLessThanOrEqual(3);
});

it('A9: listeners and subscribers that throw, reject or never settle hold up no other, nor the refresh', async () => {
  const world = createWorld();
  const session = await signedIn(world);
  // What they throw is not swallowed either. As a rejection that nobody handles it would end the process.
  for (const what of ['thrown by a listener', 'rejected by a listener', 'thrown by a subscriber'])
    expectConsole('error', what);
  const heard: string[] = [];
  session.on('refreshed', () => {
    throw new Error('thrown by a listener');
  });
  session.on('refreshed', async () => {
    throw new Error('rejected by a listener');
  });
  session.on('refreshed', () => new Promise(() => {}));
  session.on('refreshed', () => heard.push('event'));
  session.token.subscribe(() => {
    throw new Error('thrown by a subscriber');
  });
  session.token.subscribe(() => heard.push('store'));
  await done(world, session.refresh());
  expect(heard).toContain('event');
  expect(heard).toContain('store');
  expect(session.token.getState()).toMatchObject({ generation: 1, refreshing: false });
  await done(world, session.refresh());
  expect(session.token.getState().generation).toBe(2);
  await world.clock.settle();
});

it('A9: a listener of every event that asks for a token in it gets an answer each time', async () => {
  const world = createWorld();
  const session = await signedIn(world);
  const answers: Promise<string | null>[] = [];
  const ask = (): void => void answers.push(codeOf(session.getAccessToken()), codeOf(session.refresh()));
  session.on('refresh_failed', ask);
  session.on('connection_changed', ask);
  session.on('refreshed', ask);
  session.on('ended', ask);
  world.fail('/token', new Response('oops', { status: 500 }));
  await codeOf(done(world, session.refresh()));
  await world.clock.advance(5 * minute);
  await done(world, session.signOut());
  expect(answers.length).toBeGreaterThan(6);
  await done(world, Promise.all(answers));
  expect(session.getState()).toMatchObject({ endReason: 'signed_out' });
});

it.each(['free', 'held by a page that is frozen'])(
  'A10: constructor, subscriptions and calls in one tick, 30 seconds before the token ends, all settle (the lock is %s)',
  async (lock) => {
    const world = createWorld();
    const before = world.open({ idle: false });
    await done(world, before.session.signIn({ username: 'ada' }));
    before.tab.close();
    world.clock.sleep(4.5 * minute);
    const free = lock === 'free' ? null : world.locks.seize(refreshLock);

    const { session } = world.open({ idle: false });
    const heard: string[] = [];
    session.on('refreshed', async () => void heard.push(await session.getAccessToken()));
    session.subscribe(() => void session.getAccessToken().then((token) => heard.push(token)));
    const calls = [
      session.getAccessToken(),
      session.ready(),
      session.fetch('/session'),
      session.getAccessToken(),
    ] as const;
    // No time passes: what is good for 30 seconds still is worth no wait.
    const [token, state, response, again] = await done(world, Promise.all(calls));
    expect(state).toMatchObject({ status: 'authenticated' });
    expect(response.status).toBe(200);
    expect(again).toBe(token);
    expect(heard.length).toBeGreaterThan(0);
    free?.();
    await world.clock.advance(1000);
    expect(count(world, 'POST /token', 200)).toBe(1);
    expect(session.peekAccessToken()).not.toBe(token);
  },
);
