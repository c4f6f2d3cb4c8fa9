import type { Browser, Page } from './browser.ts';
import { idleToleranceMs } from './end-causes.ts';
import type { World } from './world.ts';

/** The tab that a step means. */
export function pageAt({ browser }: World, at: number): Page | undefined {
  return browser.pages[at % Math.max(1, browser.pages.length)];
}

/** The same among the tabs whose code may run. */
export function runningPage({ browser }: World, at: number): Page | undefined {
  const running = browser.pages.filter(({ tab }) => tab.state === 'running');
  return running[at % Math.max(1, running.length)];
}

/** Whether what another tab says reaches it. */
function hears({ messagesFine }: Browser, { tab }: Page): boolean {
  return messagesFine && tab.state === 'running';
}

/** Takes a tab away. */
export function gone({ browser }: World, page: Page, how: 'close' | 'crash'): void {
  forgetActivity(page, browser.tabs.clock.now());
  if (how === 'close') page.tab.close();
  else page.tab.crash();
  page.runningSince = null;
  browser.pages = browser.pages.filter((one) => one !== page);
}

/** What a tab had no time to write down is lost. */
export function forgetActivity({ acted }: Page, now: number): void {
  if (acted && now - acted.at < 1000) acted.session.surelyActAt = acted.before;
}

/** The person does something in a tab. It counts for the session that the tab shows, unless the person came back too late. */
export function actIn({ browser, clock, truth, setting }: World, page: Page, answer: boolean): void {
  const state = page.manager.state.getState();
  const now = clock.now();
  page.stirredAt = now;
  if (!page.visible) {
    // Whoever acts in a tab looks at it.
    for (const one of browser.pages)
      if (one !== page && one.tab.state === 'running' && one.visible) {
        one.visible = false;
        one.tab.platform.setVisible(false);
      }
    page.visible = true;
    page.tab.throttle(0);
    page.tab.platform.setVisible(true);
  }
  const known = state.status === 'authenticated' ? truth.sessions.get(state.session.id) : undefined;
  const { idleMs } = setting;
  // It counts for the person, who may have a newer session that this tab has not heard of.
  for (const one of [known, truth.sessions.get(page.vault.record()?.sessionId ?? '')])
    if (one && (idleMs === null || now - one.lastActAt < idleMs + idleToleranceMs)) one.lastActAt = now;
  // What storage refuses to note is lost with the tab.
  if (known && browser.storageFine && (idleMs === null || now - known.surelyActAt < idleMs - idleToleranceMs)) {
    const { acted } = page;
    const isSame = acted?.session === known && now - acted.at < 1000;
    page.acted = { session: known, at: now, before: isSame ? acted.before : known.surelyActAt };
    known.surelyActAt = now;
    for (const one of browser.pages) if (one === page || hears(browser, one)) one.toldActAt = now;
  }
  if (answer) page.manager.stayActive();
  else page.tab.platform.act();
}

/** The longest a call may take while its tab runs: three lookups, a lock, requests, each with its own bound. */
export const callBoundMs = 90_000;

/** Watches a call until it settles. */
export function begin({ clock, truth }: World, page: Page, what: string, work: Promise<void>): void {
  const since = clock.monotonic();
  const entry = `${what} #${page.pending.size}-${since}`;
  page.pending.set(entry, since);
  const watch = async (): Promise<void> => {
    let how = 'done';
    try {
      await work;
    } catch (error) {
      const { code } = error as { code?: string };
      how = code ?? String(error);
      if (!code) truth.violate(5, `${page.id}: ${what} failed with something that is no SessionError: ${how}`);
    }
    page.pending.delete(entry);
    truth.note(`${page.id}: ${what}: ${how}`);
  };
  void watch();
}
