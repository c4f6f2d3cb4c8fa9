import { isSessionError } from '../../src/protocol/session-error.ts';
import type { Page } from './browser.ts';
import { name } from './server.ts';
import { thieve } from './thief.ts';
import type { Step } from './steps.ts';
import { actIn, begin, forgetActivity, gone, pageAt, runningPage } from './pages.ts';
import type { World } from './world.ts';

const users = ['ada', 'bob'];

/** Carries out one step. What it sets off goes on while later steps wait. */
export async function play(world: World, step: Step): Promise<void> {
  const { clock, browser, server, truth } = world;
  const { tabs, network } = browser;
  const now = clock.now();
  switch (step.do) {
    case 'wait':
      return clock.advance(step.ms);
    case 'sleep':
      clock.sleep(step.ms);
      world.wokeAt = clock.monotonic();
      network.troubledAt = clock.now();
      // What came due while the machine slept runs a moment after it woke.
      return clock.advance(5);
    case 'set_clock':
      browser.skewMs += step.ms;
      browser.clockSetAt = now;
      for (const { tab } of browser.pages) tab.clock.step(step.ms);
      return;
    case 'open':
      if (browser.pages.length < 8) browser.open(step.skewMs);
      browser.skewed ||= step.skewMs !== 0;
      return clock.settle();
    case 'duplicate':
      if (browser.pages.length < 8) browser.open();
      return clock.settle();
    case 'close_all':
      for (const page of [...browser.pages]) gone(world, page, 'close');
      browser.troubledAt = now;
      return;
    case 'reload':
    case 'crash':
    case 'close': {
      const page = pageAt(world, step.at);
      if (!page) return;
      gone(world, page, step.do === 'crash' ? 'crash' : 'close');
      browser.troubledAt = now;
      if (step.do === 'reload') browser.open(0, world.setting.vault === 'tab' ? page.vault : undefined);
      return clock.settle();
    }
    case 'freeze':
    case 'stall':
    case 'leave': {
      const page = runningPage(world, step.at);
      if (!page) return;
      browser.troubledAt = now;
      page.runningSince = null;
      if (step.do !== 'leave') browser.lockTroubledAt = now;
      page.visible = step.do === 'leave' ? false : page.visible;
      if (step.do === 'freeze') page.tab.freeze();
      else if (step.do === 'stall') page.tab.stall();
      else page.tab.cache();
      page.cached = step.do === 'leave';
      page.stalled = step.do === 'stall';
      return;
    }
    case 'thaw': {
      const held = browser.pages.filter(({ tab }) => tab.state === 'held');
      const page = held[step.at % Math.max(1, held.length)];
      if (!page) return;
      if (page.stalled) page.tab.unstall();
      else page.tab.thaw();
      page.visible ||= page.cached;
      page.cached = false;
      page.runningSince = clock.monotonic();
      if (!page.stalled) page.stirredAt = now;
      page.stalled = false;
      return clock.settle();
    }
    case 'look': {
      const page = runningPage(world, step.at);
      if (!page) return;
      for (const one of browser.pages) {
        if (one === page || one.tab.state !== 'running' || !one.visible) continue;
        one.visible = false;
        one.tab.platform.setVisible(false);
      }
      page.visible = true;
      page.stirredAt = now;
      page.tab.platform.setVisible(true);
      return clock.settle();
    }
    case 'throttle': {
      const page = runningPage(world, step.at);
      page?.tab.throttle(page.visible ? 0 : step.ms);
      return;
    }
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
          (browser.clockSetAt === Number.NEGATIVE_INFINITY || hasLearntSince(world, browser.clockSetAt)) &&
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
    case 'network':
      if (step.weather !== 'fine' || network.weather !== 'fine') network.troubledAt = now;
      network.weather = step.weather;
      for (const { tab } of browser.pages) {
        const online = step.weather !== 'offline';
        if (tab.platform.lifecycle.seemsOnline() !== online) tab.platform.setOnline(online);
      }
      return clock.settle();
    case 'fate':
      network.fates.push(step);
      return;
    case 'messages':
      browser.messagesTroubledAt = now;
      browser.messagesFine = step.how === 'fine';
      return setMessages(world, step.how);
    case 'old_message':
      tabs.wires.shout({ v: 0, type: 'refreshed', token: 'x' });
      tabs.wires.shout({ v: 1, type: 'signed_up', sessionId: 'x' });
      return;
    case 'storage':
      return setStorage(world, step.how);
    case 'lock':
      return setLock(world, step.how);
    case 'server':
      if (step.how === 'restart') {
        network.cut();
        server.restart();
      } else if (step.how === 'fail_over') {
        network.troubledAt = now;
        network.cut();
        await server.failOver();
      } else if (step.how === 'new_secret') server.newSecret();
      else server.meetOldNode();
      return;
    case 'thief':
      return thieve(world, step.how);
  }
}

/** Asks a running tab for something, and keeps an eye on how long the answer takes. */
async function ask(world: World, at: number, what: string, work: (page: Page) => Promise<void>): Promise<void> {
  const page = runningPage(world, at);
  if (!page) return;
  page.stirredAt = world.clock.now();
  begin(world, page, what, work(page));
  await world.clock.settle();
}

async function signOut(world: World, at: number, scope: 'this' | 'others' | 'all'): Promise<void> {
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

function setMessages({ browser }: World, how: 'fine' | 'lost' | 'late' | 'doubled'): void {
  const delays = { fine: [1], lost: [], late: [7000], doubled: [1, 3000] }[how];
  browser.tabs.wires.deliver(() => delays);
}

function setStorage({ browser, clock, truth }: World, how: Extract<Step, { do: 'storage' }>['how']): void {
  const now = clock.now();
  browser.troubledAt = now;
  browser.lockTroubledAt = now;
  browser.storageFine = how === 'fine';
  if (how !== 'fine') for (const page of browser.pages) forgetActivity(page, now);
  const lost = how === 'clear' || how === 'corrupt';
  if (lost) browser.storageLostAt = now;
  // Somebody was just handed an older pair, and what would have told is gone.
  for (const one of truth.sessions.values()) if (lost && now - one.adoptedAt < 5000) one.confused = true;
  for (const vault of new Set([browser.tabs.vault, ...browser.pages.map((page) => page.vault)])) {
    if (how === 'fine') vault.heal();
    else if (how === 'slow') vault.slow(() => 200);
    else if (how === 'refuse_writes') vault.refuse('update');
    else if (how === 'refuse_next') vault.refuse(undefined, 1);
    else if (how === 'hang') vault.hang();
    else if (how === 'clear') vault.clear();
    else vault.corrupt();
  }
}

function setLock(world: World, how: 'seize' | 'steal' | 'free'): void {
  const { browser, clock } = world;
  browser.lockTroubledAt = clock.now();
  browser.troubledAt = clock.now();
  if (how !== 'seize') {
    world.freeLock?.();
    world.freeLock = null;
  }
  browser.strangerHolds = how === 'seize';
  if (how === 'free') return;
  const free = browser.tabs.locks.seize('sojourn:default');
  if (how === 'seize') world.freeLock = free;
  else free();
}

/** Whether some tab has heard from the server since the clock was set; before that, a tab that was just opened cannot know. */
function hasLearntSince({ truth, browser }: World, at: number): boolean {
  const { network } = browser;
  return network.troubledAt < at && [...truth.sessions.values()].some(({ refreshes }) => (refreshes.at(-1) ?? 0) > at);
}
