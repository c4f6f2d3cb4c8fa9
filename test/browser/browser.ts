import puppeteer, { type Browser as Chromium, type CDPSession, type Page } from 'puppeteer-core';
import { chromiumArgs, findChromium } from '../../scripts/find-chromium.ts';
import './page/harness.ts';
import { makeProfile } from './profile.ts';

/** A tab of a {@link Browser}. */
export interface Tab {
  page: Page;
  /** The protocol of the developer tools, for this tab. */
  devtools: CDPSession;
  show(): Promise<void>;
  /** Only a hidden tab can be frozen. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  crash(): Promise<void>;
  /** The back button. */
  back(): Promise<void>;
  /** Why Chromium loaded pages anew that the back button led to. */
  notCached: string[];
  close(): Promise<void>;
}

/** A real Chromium with a profile on disk. Tabs are hidden and throttled as they are for people. */
export interface Browser {
  /** A new tab in front, or a window of its own beside the others, at `url`. */
  open(url: string, type?: 'tab' | 'window'): Promise<Tab>;
  /** Cuts every tab off the network, also those that are opened later; or reconnects them. */
  setOffline(offline: boolean): Promise<void>;
  /** The tabs that are open. */
  pages(): Promise<Page[]>;
  /** Process id of the browser. */
  pid: number;
  /** Whether it is a headless shell: no hidden tabs, no back/forward cache. */
  isShell: boolean;
  /** Console errors, warnings and uncaught errors of all pages so far. */
  noise: string[];
  /** Ends the browser and starts it again with the same profile. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Puppeteer hides what browsers do to tabs in the background. */
const hiding = [
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];

/** Starts Chromium. `args` are switches of its command line; `watch` sees every tab before its first page. */
export async function startBrowser(
  args: readonly string[] = [],
  watch: (page: Page, devtools: CDPSession) => Promise<void> = async () => {},
): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null)
    throw new Error('There is no Chromium. Run `npm run provision`, or name one in SOJOURN_CHROMIUM.');
  const profile = makeProfile();
  const noise: string[] = [];
  let offline = false;

  const launch = (): Promise<Chromium> =>
    puppeteer.launch({
      executablePath,
      userDataDir: profile.folder,
      pipe: true,
      args: [...chromiumArgs, ...args],
      ignoreDefaultArgs: hiding,
      defaultViewport: null,
    });
  let chromium = await launch();

  async function open(url: string, type: 'tab' | 'window' = 'tab'): Promise<Tab> {
    const page = await chromium.newPage({ type });
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warn')
        noise.push(`console.${message.type()}: ${message.text()} ${message.location().url ?? ''}`);
    });
    page.on('pageerror', (error) => noise.push(`uncaught: ${String(error)}`));
    if (offline) await page.setOfflineMode(true);
    const devtools = await page.createCDPSession();
    const notCached: string[] = [];
    devtools.on('Page.backForwardCacheNotUsed', (event) => {
      notCached.push(...event.notRestoredExplanations.map(({ reason, context = '' }) => `${reason} ${context}`.trim()));
    });
    await devtools.send('Page.enable');
    await watch(page, devtools);
    const setState = (state: 'frozen' | 'active'): Promise<void> =>
      devtools.send('Page.setWebLifecycleState', { state });
    await page.goto(url);
    // The page got a process of its own by now, which has to be told.
    if (offline) await page.setOfflineMode(true);
    return {
      page,
      devtools,
      show: () => page.bringToFront(),
      freeze: () => setState('frozen'),
      thaw: () => setState('active'),
      async crash() {
        const crashed = new Promise((resolve) => page.once('error', resolve));
        devtools.send('Page.crash').catch(() => {});
        await crashed;
      },
      async back() {
        const arrived = new Promise((resolve) => page.once('framenavigated', resolve));
        // `page.goBack()` waits for a load, which a cached page does not have.
        await page.evaluate(() => setTimeout(() => history.back()));
        await arrived;
      },
      notCached,
      close: () => page.close(),
    };
  }

  async function end(): Promise<void> {
    await chromium.close();
  }

  return {
    open,
    async setOffline(now) {
      offline = now;
      await Promise.all((await chromium.pages()).map((page) => page.setOfflineMode(now)));
    },
    pages: () => chromium.pages(),
    get pid() {
      return chromium.process()?.pid ?? 0;
    },
    isShell: (await chromium.version()).startsWith('HeadlessChrome'),
    noise,
    async restart() {
      await end();
      chromium = await launch();
    },
    async close() {
      await end();
      await profile.remove();
    },
  };
}
