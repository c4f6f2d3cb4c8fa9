import { describe, expect, test } from 'vitest';
import { createWorld, type Opened, type World } from '../../scenarios/world.ts';
import { done } from '../../scenarios/done.ts';

// The client as it is, against the server as it is, with the cookies of a browser in between.
describe('the client in cookie mode', () => {
  async function signedIn(): Promise<Opened & { world: World }> {
    const world = createWorld({ cookies: true });
    const opened = world.open({ idle: false });
    await done(world, opened.session.signIn({ username: 'ada' }));
    return { world, ...opened };
  }

  test.each([1, 2, 3, 5, 7])('goes on after a late answer put its cookie back by %i refreshes', async (by) => {
    const { world, session } = await signedIn();
    const late = new Map(world.jar);
    for (let i = 0; i < by; i++) await done(world, session.refresh());
    for (const [name, value] of late) world.jar.set(name, value);
    await done(world, session.refresh());
    expect([session.getState().status, session.token.getState().generation]).toEqual(['authenticated', by]);
    await done(world, session.refresh());
    expect([session.getState().status, session.token.getState().generation]).toEqual(['authenticated', by + 1]);
    expect(world.seen.filter(({ status }) => status >= 400)).toEqual([]);
  });
});
