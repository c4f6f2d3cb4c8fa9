import { setTimeout as wait } from 'node:timers/promises';
import type { Browser, Tab } from '../browser/browser.ts';
import { until } from '../browser/until.ts';
import type { Gap, TabState } from './evidence.ts';
import { within } from './within.ts';

/** A place for a tab, and what happens to the tab in it. When that dies, another one takes the place. */
export interface Seat {
  name: string;
  /** The tab, when a person could use it now. */
  usable(): Tab | null;
  open(): Promise<void>;
  show(): Promise<void>;
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  crash(): Promise<void>;
  reload(): Promise<void>;
  leave(): Promise<void>;
  back(): Promise<void>;
  /** Whatever state it is in: afterwards a person can use it. */
  restore(): Promise<void>;
  /** Takes what the page has logged since the last time. */
  drain(): Promise<void>;
}

/** What the seats write to. */
export interface Notebook {
  states: TabState[];
  gaps: Gap[];
  count(name: string): void;
  /** Adds to the time line; `at` is now where it is left out. */
  note(text: string, at?: number): void;
}

const patienceMs = 15_000;

/** Creates a {@link Seat}; `url` is the app, `elsewhere` a page without it. */
export function createSeat(
  name: string,
  { browser, url, elsewhere, book }: { browser: Browser; url: string; elsewhere: string; book: Notebook },
): Seat {
  let tab: Tab | null = null;
  let mode: 'open' | 'frozen' | 'away' | 'gone' = 'gone';
  let gap: Gap | null = null;
  let opening: Promise<void> | null = null;
  let last = '';

  function beginGap(): void {
    if (gap) return;
    gap = { tab: name, from: Date.now(), until: null };
    book.gaps.push(gap);
  }

  function endGap(): void {
    if (gap) gap.until = Date.now();
    gap = null;
  }

  async function ready(): Promise<void> {
    const page = tab?.page;
    await until(
      'the page is there',
      () => page?.evaluate(() => window.harness !== undefined).catch(() => false),
      patienceMs,
    );
    await page?.evaluate(() => window.harness.session.ready().then(() => undefined));
    mode = 'open';
    endGap();
  }

  function open(): Promise<void> {
    opening ??= openNow().finally(() => (opening = null));
    return opening;
  }

  async function openNow(): Promise<void> {
    mode = 'gone';
    beginGap();
    const old = tab;
    tab = null;
    if (old) await within(patienceMs, `tab ${name}: closing`, old.close()).catch(() => {});
    const opened = await browser.open(url);
    tab = opened;
    opened.page.once('error', () => {
      if (tab === opened && mode !== 'gone') void open().catch(() => {});
    });
    await ready();
  }

  /** Does something to the tab. A tab that it cannot be done to is closed, and another one opened. */
  async function act(what: string, work: (tab: Tab) => Promise<void>): Promise<void> {
    if (!tab) return;
    try {
      await within(patienceMs, `tab ${name}: ${what}`, work(tab));
      book.count(what);
    } catch (error) {
      book.note(`${String(error)}; another tab takes its place`);
      book.count('opened anew');
      // Where that does not work now (offline), it is done in the next calm.
      await open().catch((failure: unknown) => book.note(String(failure)));
    }
  }

  async function drain(): Promise<void> {
    if (!tab || mode !== 'open') return;
    const entries = await within(
      patienceMs,
      'the log',
      tab.page.evaluate(() => {
        const taken = window.harness.log.splice(0);
        return taken.filter((entry) => ['state', 'event', 'page'].includes(entry.type));
      }),
    ).catch(() => []);
    for (const entry of entries) {
      if (entry.type === 'event') book.count(`event ${entry.name}`);
      if (entry.type === 'page') book.count(`page ${entry.event}`);
      if (entry.type !== 'state' || entry.status === 'loading') continue;
      const { at, status, user, session, endReason } = entry;
      const view = `${status} ${user} ${session} ${endReason}`;
      if (view === last) continue;
      last = view;
      book.states.push({ at, tab: name, status: status as TabState['status'], user, session, endReason });
      book.note(`tab ${name} shows ${user === null ? `nobody (${endReason})` : `${user} ${session}`}`, at);
    }
  }

  async function thaw(): Promise<void> {
    if (mode !== 'frozen') return;
    await act('thawed', async (each) => {
      await each.thaw();
      mode = 'open';
      endGap();
    });
  }

  async function back(): Promise<void> {
    if (mode !== 'away') return;
    await act('came back', async (each) => {
      await each.back();
      await ready();
      const restored = await each.page.evaluate(() =>
        window.harness.log.some((entry) => entry.type === 'page' && entry.event === 'restored'),
      );
      book.count(restored ? 'back from the cache' : 'back by loading anew');
    });
  }

  return {
    name,
    usable: () => (mode === 'open' ? tab : null),
    open,
    drain,
    show: () => act('shown', (each) => each.show()),
    async freeze() {
      if (mode !== 'open') return;
      await act('frozen', async (each) => {
        await drain();
        mode = 'frozen';
        beginGap();
        await each.freeze();
      });
    },
    thaw,
    async crash() {
      const dying = tab;
      if (!dying || mode !== 'open') return;
      await drain();
      mode = 'gone';
      beginGap();
      await within(5000, 'the crash', dying.crash()).catch(() => {});
      book.count('crashed');
      await wait(200);
      await open().catch((failure: unknown) => book.note(String(failure)));
    },
    reload: () =>
      act('reloaded', async (each) => {
        await drain();
        beginGap();
        mode = 'gone';
        await each.page.reload();
        await ready();
      }),
    leave: () =>
      act('left', async (each) => {
        await drain();
        beginGap();
        mode = 'away';
        await each.page.goto(elsewhere);
      }),
    back,
    async restore() {
      await thaw();
      await back();
      for (let tries = 0; mode === 'gone' && tries < 3; tries++)
        await open().catch((failure: unknown) => book.note(String(failure)));
    },
  };
}
