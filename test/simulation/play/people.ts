import type { Page } from '../browser.ts';
import { actIn, runningPage } from '../pages.ts';
import type { PersonStep } from '../steps.ts';
import type { World } from '../world.ts';
import { ask } from './ask.ts';
import { signOut } from './sign-out.ts';

const users = ['ada', 'bob'];

/** Does what a person does in a tab, or from elsewhere. */
export async function playPerson(world: World, step: PersonStep): Promise<void> {
  const { clock, browser, server, truth } = world;
  const { network } = browser;
  const now = clock.now();
  switch (step.do) {
    case 'act':
    case 'stay_active': {
      const page = runningPage(world, step.at);
      if (page) actIn(world, page, step.do === 'stay_active');
      return clock.settle();
    }
    case 'token':
    case 'fresh_token':
      return ask(world, step.at, step.do, async (page) => {
        const token = await page.manager.accessToken(step.do === 'token' ? undefined : 20_000);
        if (
          // Half of a slow answer's way is all that is known of how old it is.
          !server.acceptsStateless(token, 5000) &&
          network.troubledAt < now &&
          // The server could not be asked what a clock that was set had to do with it.
          (browser.clockSetAt === Number.NEGATIVE_INFINITY || hasLearntSince(world, page, browser.clockSetAt)) &&
          !browser.skewed
        )
          truth.violate(9, `${page.id} handed out a token that was over`);
      });
    case 'call':
      return ask(world, step.at, 'call', async (page) => void (await page.call()));
    case 'refresh':
      return ask(world, step.at, 'refresh', (page) => page.manager.refresh());
    case 'adopt_older':
      if (world.setting.mode !== 'bearer') return;
      return ask(world, step.at, 'adopt', async (page) => {
        // Once storage has lost what it knew, nobody can tell older from newer.
        if (browser.storageLostAt > 0) return;
        const older = browser.grants.find(({ sessionId }) => sessionId === page.vault.record()?.sessionId);
        const known = truth.sessions.get(older?.sessionId ?? '');
        if (known) known.adoptedAt = clock.now();
        if (older) await page.manager.adopt(older.json, undefined);
      });
    case 'sign_in': {
      const user = users[step.user] ?? 'ada';
      return ask(world, step.at, `sign in as ${user}`, async (page) => {
        await page.manager.signIn({ user }, step.remember);
        const state = page.manager.state.getState();
        const known = state.status === 'authenticated' ? truth.sessions.get(state.session.id) : undefined;
        if (!known) return;
        known.kept =
          browser.storageFine && state.persistence !== 'memory' && page.vault.record()?.sessionId === known.id;
        known.lastActAt = known.surelyActAt = clock.now();
      });
    }
    case 'sign_out':
      return signOut(world, step.at, step.scope);
    case 'revoke':
      return server.kill(step.how, users[step.user] ?? 'ada');
    case 'new_claims':
      return server.newClaims(users[step.user] ?? 'ada');
  }
}

/**
 * Whether what the tab's storage holds came from the server after the clock was set. Before that, a tab that was just opened
 * cannot know of it; an answer that reached no storage, or that of another tab alone, teaches it nothing.
 */
function hasLearntSince({ truth, browser }: World, page: Page, at: number): boolean {
  const record = page.vault.record();
  if (record?.kind !== 'live') return false;
  const known = truth.sessions.get(record.sessionId);
  const gotAt = known?.grantedAt.get(record.generation) ?? known?.bornAt ?? 0;
  return browser.network.troubledAt < at && gotAt > at + 5000;
}
