import { isSessionError } from '../../../src/protocol/session-error.ts';
import { begin, runningPage } from '../pages.ts';
import { name } from '../server/session-name.ts';
import type { World } from '../world.ts';

/** Somebody signs out: here, everywhere else, or everywhere. In the very same call nobody is shown any more. */
export async function signOut(world: World, at: number, scope: 'this' | 'others' | 'all'): Promise<void> {
  const { browser, clock, server, truth } = world;
  const page = runningPage(world, at);
  const state = page?.manager.state.getState();
  if (!page || state?.status !== 'authenticated') return;
  const { user, session } = state;
  if (scope === 'others') {
    if (browser.network.weather !== 'fine' || truth.sessions.get(session.id)?.killedAt !== null) return;
    await server.endOthers(user.id, session.id).catch((error: unknown) => {
      if (!isSessionError(error)) throw error;
    });
    return;
  }
  if (scope === 'all' && browser.network.weather === 'fine') await server.kill('everywhere', user.id);
  browser.signOutAt = clock.now();
  const known = truth.sessions.get(session.id);
  truth.note(`${page.id}: signs out of ${name(session.id)}`);
  const done = page.manager.signOut().then(() => {
    if (known?.kept && browser.storageFine && browser.storageLostAt < known.bornAt) known.promised = true;
  });
  begin(world, page, 'sign out', done);
  if (page.manager.state.getState().status === 'authenticated')
    truth.violate(2, `${page.id} still shows somebody in the very call of signOut()`);
  await clock.settle();
}
