import { expect, it } from 'vitest';
import type { SessionManager } from '../../src/index.ts';
import { api, createWorld, type World } from './world.ts';

async function signedIn(world: World, username: string, options: Parameters<World['open']>[0] = {}) {
  const { session } = world.open(options);
  await finish(world, session.signIn({ username }));
  return session;
}

async function finish<T>(world: World, call: Promise<T>): Promise<T> {
  let settled = false;
  void call.catch(() => {}).finally(() => (settled = true));
  while (!settled) await world.clock.settle();
  return call;
}

/** What everybody calls once a listener hears that another person is signed in, while the page shows the old one still. */
const calls: Array<[string, (session: SessionManager) => Promise<unknown>]> = [
  ['fetch', (session) => session.fetch(`${api}/session`)],
  ['authorize', (session) => session.authorize(new Request(`${api}/session`))],
  ['devices.list', (session) => session.devices.list()],
  ['data.set', (session) => session.data.set('note', 'of ada')],
  ["signOut({ scope: 'all' })", (session) => session.signOut({ scope: 'all' })],
];

it.each(calls)('%s, asked for while the page shows ada, is never done as bob', async (_, call) => {
  const world = createWorld();
  const first = await signedIn(world, 'ada');
  const answers: Array<Promise<unknown>> = [];
  first.on('identity_changed', () => {
    expect(first.getState()).toMatchObject({ user: { id: 'ada' } });
    answers.push(call(first).catch((error: { code: string }) => error.code));
  });
  const second = await signedIn(world, 'bob');
  await world.clock.advance(1000);
  expect(await Promise.all(answers)).toEqual(['identity_changed']);
  for (const session of [first, second])
    expect(session.getState()).toMatchObject({ status: 'authenticated', user: { id: 'bob' } });
});
