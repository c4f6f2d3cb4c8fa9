import { expect, it } from 'vitest';
import type { VaultContents } from '../../src/client/core/vault.ts';
import { done } from './done.ts';
import { count, createWorld, type Opened, type World } from './world.ts';

const minute = 60_000;

/** A thief who copied the whole profile of a browser: tokens, keys and all. */
async function profileCopied(world: World, contents: VaultContents): Promise<Opened> {
  const thief = world.elsewhere({ idle: false });
  await done(world, thief.session.ready());
  await thief.tab.vault.update(() => contents);
  thief.tab.platform.emit('look');
  await done(world, thief.session.getAccessToken());
  return thief;
}

it.each(['the thief is second', 'the thief is first', 'the thief waits for six rotations'])(
  'D5: a token that is used a second time ends that session, and no other device of the person (%s)',
  async (order) => {
    const world = createWorld();
    const here = world.open({ idle: false });
    await done(world, here.session.signIn({ username: 'ada' }));
    const device = world.elsewhere({ idle: false }).session;
    await done(world, device.signIn({ username: 'ada' }));
    const thief = await profileCopied(world, world.vault.contents());
    if (order.includes('first')) await done(world, thief.session.refresh());
    const rotations = order.includes('six') ? 6 : order.includes('second') ? 1 : 0;
    for (let n = 0; n < rotations; n++) await done(world, here.session.refresh());
    const last = order.includes('first') ? here : thief;
    await expect(done(world, last.session.refresh())).rejects.toMatchObject({ reason: 'reuse_detected' });
    for (const { session } of [thief, here]) {
      await done(
        world,
        session.refresh().catch(() => {}),
      );
      expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'reuse_detected' });
    }
    expect((await done(world, device.fetch('/session'))).status).toBe(200);
    await done(world, device.refresh());
    expect(await done(world, device.devices.list())).toHaveLength(1);
  },
);

it('D6: an old token that is used again after the session was ended brings nothing back', async () => {
  const world = createWorld();
  const here = world.open({ idle: false });
  await done(world, here.session.signIn({ username: 'ada' }));
  const thief = await profileCopied(world, world.vault.contents());
  await done(world, here.session.refresh());
  await done(world, here.session.signOut());
  await world.clock.advance(100);
  await expect(done(world, thief.session.refresh())).rejects.toMatchObject({ code: 'session_ended' });
  const device = world.elsewhere({ idle: false }).session;
  await done(world, device.signIn({ username: 'ada' }));
  expect(await done(world, device.devices.list())).toHaveLength(1);
});

/** Every refresh or revocation token that storage holds. */
function storedTokens({ vault }: World): Set<string> {
  return new Set(JSON.stringify(vault.contents()).match(/(?<=")[\w-]{67}(?=")/g));
}

function expectOneToken(world: World): void {
  const record = world.vault.record();
  if (record?.kind !== 'live') throw new Error('Nobody is signed in.');
  expect(storedTokens(world)).toEqual(new Set([record.refreshToken, record.revocationToken]));
}

it('D7: after every sign-in, refresh, step-up and change of person, one refresh token is left, and none is used twice', async () => {
  const world = createWorld();
  const stepUp = async (): Promise<void> => {};
  const tabs = Array.from({ length: 3 }, () => world.open({ idle: false, stepUp }).session);
  const [first, second, third] = tabs as [Opened['session'], Opened['session'], Opened['session']];
  await done(world, first.signIn({ username: 'ada' }));
  expectOneToken(world);
  for (const session of [second, third, first, third]) {
    await done(world, session.refresh());
    expectOneToken(world);
  }
  world.fail(
    '/session',
    Response.json(
      { code: 'step_up_required' },
      { status: 401, headers: { 'Content-Type': 'application/problem+json' } },
    ),
  );
  expect((await done(world, second.fetch('/session'))).status).toBe(200);
  expectOneToken(world);
  await done(world, third.signIn({ username: 'bob' }));
  await world.clock.advance(100);
  expectOneToken(world);
  await world.clock.advance(15 * minute);
  expectOneToken(world);
  await done(world, first.signIn({ username: 'bob' }));
  await world.clock.advance(100);
  await done(world, second.refresh());
  expectOneToken(world);
  const used = world.seen.filter(({ route }) => route === 'POST /token').map(({ body }) => body);
  expect(used).toHaveLength(count(world, 'POST /token', 200));
  expect(new Set(used).size).toBe(used.length);
  await done(world, first.signOut());
  await world.clock.advance(100);
  expect(storedTokens(world)).toEqual(new Set());
});

it('D7: tokens that were got elsewhere take the place of the ones that are here, also in the tabs that were open', async () => {
  const world = createWorld();
  const options = { idle: false, binding: 'none' } as const;
  const [first, second] = [world.open(options).session, world.open(options).session];
  await done(world, first.signIn({ username: 'ada' }));
  const response = await done(
    world,
    first.fetch('/sessions', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ credentials: { username: 'ada' } }),
    }),
  );
  const issued: unknown = await response.json();
  await done(world, first.adopt(issued));
  await world.clock.advance(100);
  expectOneToken(world);
  expect(world.vault.record()?.sessionId).toBe((issued as { session_id: string }).session_id);
  await done(world, second.refresh());
  expect(first.token.getState().generation).toBe(1);
  // The same answer once more is older than what is here.
  await done(world, first.adopt(issued));
  expect(world.vault.record()).toMatchObject({ generation: 1 });
  await done(world, second.refresh());
  await done(world, first.refresh());
  expectOneToken(world);
  expect(world.seen.filter(({ status }) => status >= 400)).toEqual([]);
});
