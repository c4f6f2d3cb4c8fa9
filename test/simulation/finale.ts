import { shown, type Page } from './browser.ts';
import { name } from './server/session-name.ts';
import { actIn, begin } from './pages.ts';
import { play } from './play/play.ts';
import type { World } from './world.ts';

/** Longer than any backoff, any bound of a request and any wait for a lock. */
const calmMs = 90_000;

/** Ends a history: everything that was broken is mended, and what was promised must come true. */
export async function finale(world: World): Promise<void> {
  const { browser, clock, truth } = world;
  truth.note('everything is mended');
  for (const step of [
    { do: 'network', weather: 'fine' },
    { do: 'messages', how: 'fine' },
    { do: 'storage', how: 'fine' },
    { do: 'lock', how: 'free' },
  ] as const)
    await play(world, step);
  browser.network.fates = [];
  world.server.machines.mend();
  for (let held = 8; held > 0; held--) await play(world, { do: 'thaw', at: 0 });
  if (browser.pages.length === 0) await play(world, { do: 'open', skewMs: 0 });
  for (const page of browser.pages) page.tab.throttle(0);
  await play(world, { do: 'look', at: 0 });
  await clock.advance(calmMs);
  checkRevocations(world);

  for (const page of browser.pages) actIn(world, page, false);
  const answers = new Map<Page, string>();
  for (const page of browser.pages) callOnce(world, page, (answer) => answers.set(page, answer));
  await clock.advance(calmMs);
  for (const page of browser.pages) checkAlive(world, page, answers.get(page));
  await checkAgreement(world);
  await checkKilled(world);
  await checkDisposal(world);
}

/** A call of the app. Who had not heard of a sign-in learns of it by the first one, which is not made for the other person. */
function callOnce(world: World, page: Page, answered: (answer: string) => void): void {
  async function call(): Promise<void> {
    try {
      answered(String(await page.call()));
    } catch (error) {
      const { code = String(error) } = error as { code?: string };
      answered(code === 'identity_changed' ? String(await page.call()) : code);
    }
  }
  begin(world, page, 'the last call', call());
}

/** Invariant 4. */
function checkRevocations({ browser, truth, setting, clock }: World): void {
  const inVaults = new Set(
    [browser.tabs.vault, ...browser.pages.map(({ vault }) => vault)].map((vault) => vault.record()?.sessionId),
  );
  const shownSessions = new Set(
    browser.pages.map(({ manager }) => {
      const state = manager.state.getState();
      return state.status === 'authenticated' ? state.session.id : null;
    }),
  );
  for (const session of truth.sessions.values()) {
    if (session.killedAt !== null || browser.storageLostAt >= session.bornAt) continue;
    const over =
      clock.now() >= session.absoluteEnd ||
      (setting.idleMs !== null && clock.now() - session.lastTouchAt >= setting.idleMs);
    if (over) continue;
    // What a tab keeps for itself goes with it.
    if (session.promised && setting.vault === 'shared')
      truth.violate(4, `the revocation of ${name(session.id)} never reached the server`);
    const orphan =
      session.kept && setting.vault === 'shared' && !inVaults.has(session.id) && !shownSessions.has(session.id);
    if (orphan) truth.violate(4, `${name(session.id)} lives on at the server, and no tab knows it`);
  }
}

/** Invariant 9. */
function checkAlive({ truth, server, browser, clock }: World, page: Page, answer: string | undefined): void {
  const state = page.manager.state.getState();
  if (state.status === 'loading') return truth.violate(9, `${page.id} is loading for ever`);
  if (state.status === 'unauthenticated') {
    const record = page.vault.record();
    const detached = state.endReason === 'identity_changed';
    if (
      record?.kind === 'live' &&
      !detached &&
      state.persistence !== 'memory' &&
      browser.storageLostAt === Number.NEGATIVE_INFINITY
    )
      truth.violate(6, `${page.id} shows ${shown(page)} although the vault holds ${name(record.sessionId)}`);
    return;
  }
  const { bornAt = 0, absoluteEnd = Number.POSITIVE_INFINITY } = truth.sessions.get(state.session.id) ?? {};
  // What storage lost is not rebuilt from memory: the access token serves to its end, if the server takes it.
  if (browser.storageLostAt >= bornAt) return;
  if (answer !== '200') truth.violate(9, `${page.id} shows ${shown(page)}, and its call was answered ${answer}`);
  // Its last token, or a clock that was set while no tab was there to notice: the next call finds out.
  if (absoluteEnd - clock.now() < 10_000 || browser.clockSetAt >= bornAt) return;
  const token = page.manager.peek();
  if (token === null || !server.acceptsStateless(token)) truth.violate(9, `${page.id} has no good token`);
}

/** Invariant 6. */
async function checkAgreement({ browser, truth, setting }: World): Promise<void> {
  if (setting.vault === 'tab' || browser.storageLostAt > Number.NEGATIVE_INFINITY) return;
  const seen = new Set<string>();
  for (const page of browser.pages) {
    const state = page.manager.state.getState();
    if (state.persistence === 'memory') continue;
    if (state.status === 'unauthenticated' && state.endReason === 'identity_changed') continue;
    seen.add(shown(page));
  }
  if (seen.size > 1) truth.violate(6, `the tabs disagree: ${[...seen].join(' / ')}`);
}

/** Invariant 2. */
async function checkKilled({ browser, truth, server, clock }: World): Promise<void> {
  for (const session of truth.sessions.values()) {
    const over = session.killedAt !== null || clock.now() >= session.absoluteEnd;
    if (!over) continue;
    if ((await server.machines.sessions.get(session.id)) !== null)
      truth.violate(2, `${name(session.id)} is alive at the server after its end`);
    for (const page of browser.pages) {
      const state = page.manager.state.getState();
      if (browser.storageLostAt >= session.bornAt) continue;
      if (state.status === 'authenticated' && state.session.id === session.id)
        truth.violate(2, `${page.id} shows ${name(session.id)}, which is over`);
    }
  }
}

/** Invariant 5: nothing is left behind. */
async function checkDisposal({ browser, clock, truth }: World): Promise<void> {
  const { pages, tabs } = browser;
  for (const page of pages) {
    page.manager.dispose();
  }
  await clock.advance(200_000);
  for (const page of pages) {
    const left = page.tab.platform.listeners();
    if (left > 0) truth.violate(5, `${page.id}: dispose() leaves ${left} listeners`);
  }
  if (clock.pendingTimers() > 0) truth.violate(5, `dispose() leaves ${clock.pendingTimers()} timers`);
  if (tabs.wires.open() > 0) truth.violate(5, `dispose() leaves ${tabs.wires.open()} open channels`);
  if (tabs.locks.held() + tabs.locks.waiting() > 0) truth.violate(5, 'dispose() leaves a lock held or waited for');
}
