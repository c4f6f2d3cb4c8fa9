import { expect } from 'vitest';
import { startAppServer, type AppServer } from './app-server.ts';
import { startBrowser, type Browser, type Tab } from './browser.ts';
import { createCanary } from './canary.ts';
import type { Facts, PageOptions } from './page/harness.ts';
import { startSessionServer, type SessionServer } from './session-server.ts';
import { until } from './until.ts';

/** A browser, an app and a session server, for one test. */
export interface World {
  browser: Browser;
  app: AppServer;
  server: SessionServer;
  /** Opens the app in a new tab in front, and waits until it knows who is signed in. */
  open(tab: string, options?: OpenOptions): Promise<Tab>;
  /** Opens `count` tabs named 1, 2, ... */
  openTabs(count: number, options?: OpenOptions): Promise<Tab[]>;
  /** Allows console errors that match. The browser itself prints one for each request that fails. */
  expectNoise(pattern: RegExp): void;
  /** Allows tokens in places that match. */
  expectLeak(place: RegExp): void;
}

/** What {@link World.open} can be told: options of the page, where it is, and whether in a window of its own. */
export type OpenOptions = Partial<Omit<PageOptions, 'tab'>> & { path?: string; in?: 'tab' | 'window' };

/** What {@link inWorld} can be told. */
export interface WorldOptions {
  /** Of the command lines of the session server and of the browser. */
  server?: readonly string[];
  chromium?: readonly string[];
  /** Name of the app's host. @default 'localhost' */
  host?: string;
}

/** What the browser prints for a request that fails or is refused. */
export const failedRequests: RegExp = /Failed to load resource/;

/**
 * Runs `test` in a world of its own, and takes it down. What a page prints as an error, or does not catch, fails the test; so does
 * a token of this test anywhere but in IndexedDB.
 */
export async function inWorld(options: WorldOptions, test: (world: World) => Promise<void>): Promise<void> {
  const allowed: RegExp[] = [];
  const app = await startAppServer();
  const { host, chromium = [] } = options;
  const origin = host === undefined ? app.url : app.url.replace('localhost', host);
  const resolving = host === undefined ? [] : [`--host-resolver-rules=MAP ${host} 127.0.0.1`];
  const server = await startSessionServer(origin, options.server);
  app.trust(server.url);
  const canary = createCanary();
  const allowedLeaks: RegExp[] = [];
  let leaks: string[] = [];
  const browser = await startBrowser([...chromium, ...resolving], canary.watch);

  async function open(tab: string, { path = '/', in: type, ...given }: OpenOptions = {}): Promise<Tab> {
    const page: PageOptions = { server: server.url, tab, ...given };
    const opened = await browser.open(`${origin}${path}?page=${encodeURIComponent(JSON.stringify(page))}`, type);
    await opened.page.evaluate(() => window.harness.session.ready());
    return opened;
  }

  try {
    await test({
      browser,
      app,
      server,
      open,
      async openTabs(count, given) {
        const tabs: Tab[] = [];
        for (let n = 1; n <= count; n++) tabs.push(await open(String(n), given));
        return tabs;
      },
      expectNoise: (pattern) => void allowed.push(pattern),
      expectLeak: (place) => void allowedLeaks.push(place),
    });
    leaks = await canary.findings(await browser.pages());
  } finally {
    await browser.close();
    await server.stop();
    await app.close();
  }
  expect(browser.noise.filter((line) => !allowed.some((pattern) => pattern.test(line)))).toEqual([]);
  expect(server.complaints()).toBe('');
  expect(leaks.filter((place) => !allowedLeaks.some((pattern) => pattern.test(place)))).toEqual([]);
}

/** Signs in; the other tabs need not know yet. */
export async function signIn(tab: Tab, username = 'ada'): Promise<void> {
  await tab.page.evaluate(async (name) => {
    await window.harness.session.signIn({ username: name, password: 'demo' });
  }, username);
}

export function facts(tab: Tab): Promise<Facts> {
  return tab.page.evaluate(() => window.harness.facts());
}

/** Waits until the tab shows what is asked for, and answers all it shows. */
export function untilFacts(tab: Tab, wanted: Partial<Facts>, withinMs?: number): Promise<Facts> {
  let last: Facts;
  const ask = async (): Promise<Facts | null> => {
    last = await facts(tab);
    return Object.entries(wanted).every(([name, value]) => last[name as keyof Facts] === value) ? last : null;
  };
  return until(JSON.stringify(wanted), ask, withinMs).then(
    () => last,
    (error: Error) => {
      throw new Error(`${error.message}; it shows ${JSON.stringify(last)}`);
    },
  );
}

/** Opens tabs with ada signed in in all of them. */
export async function signedInTabs(world: World, count: number, options?: OpenOptions): Promise<Tab[]> {
  const tabs = await world.openTabs(count, options);
  await signIn(tabs[0] as Tab);
  await Promise.all(tabs.map((tab) => untilFacts(tab, { status: 'authenticated' })));
  return tabs;
}

/** Prints what was measured. */
export function report(line: string): void {
  process.stdout.write(`      ${line}\n`);
}
