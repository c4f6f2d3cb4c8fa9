import { expect, test } from 'vitest';
import { codeOf, done } from './done.ts';
import { createWorld } from './world.ts';

const second = 1000;

test('in cookie mode somebody else signs in: the other tabs see who it is now, and no end', async () => {
  const world = createWorld({ cookies: true });
  const [first, other] = [world.open({ liveEvents: true }), world.open({ liveEvents: true })];
  await done(world, first.session.signIn({ username: 'ada' }));
  await world.clock.advance(second);
  const seen: string[] = [];
  for (const { session } of [first, other])
    for (const name of ['ended', 'identity_changed'] as const) session.on(name, () => void seen.push(name));
  await done(world, first.session.signIn({ username: 'grace' }));
  await world.clock.advance(10 * second);
  expect(seen).toEqual(['identity_changed', 'identity_changed']);
  expect((await world.sessions.list('ada')).sessions).toEqual([]);
});

test('in cookie mode the answer to a second sign-in is lost: who was signed in still is', async () => {
  const world = createWorld({ cookies: true });
  const { session } = world.open();
  await done(world, session.signIn({ username: 'ada' }));
  await world.clock.advance(second);
  world.fail('/sessions', 'lost');
  expect(await codeOf(done(world, session.signIn({ username: 'grace' })))).toBe('network_error');
  await done(world, session.refresh());
  expect(session.getState()).toMatchObject({ status: 'authenticated', user: { id: 'ada' } });
});

test('in cookie mode a browser that lost its storage keeps no session that nobody can sign out', async () => {
  const world = createWorld({ cookies: true });
  const { session } = world.open();
  await done(world, session.signIn({ username: 'ada' }));
  await world.clock.advance(second);
  const [before] = (await world.sessions.list('ada')).sessions;
  session.dispose();
  world.vault.clear();
  const { session: next } = world.open();
  await done(world, next.signIn({ username: 'ada' }));
  await world.clock.advance(second);
  const { sessions } = await world.sessions.list('ada');
  expect(sessions).toHaveLength(1);
  expect(sessions[0]!.id).not.toBe(before!.id);
});
