import puppeteer, { type Browser } from 'puppeteer-core';
import { findFirefox } from '../../scripts/find-engines.ts';
import { makeProfile } from '../browser/profile.ts';
import type { Engine } from './engine.ts';

/** Firefox, driven over WebDriver BiDi. Null: there is none. */
export async function startFirefox(): Promise<Engine | null> {
  const executablePath = findFirefox();
  if (executablePath === null) return null;
  const profile = makeProfile();
  const noise: string[] = [];
  let isOffline = false;
  const launch = (): Promise<Browser> =>
    puppeteer.launch({ browser: 'firefox', executablePath, userDataDir: profile.folder, defaultViewport: null });
  let firefox = await launch();

  return {
    version: (await firefox.version()).replace('/', ' '),
    noise,
    noPageCache: null,
    async open(url) {
      const page = await firefox.newPage();
      page.on('console', (message) => {
        if (['error', 'warn'].includes(message.type())) noise.push(`console.${message.type()}: ${message.text()}`);
      });
      page.on('pageerror', (error) => noise.push(`uncaught: ${String(error)}`));
      if (isOffline) await page.setOfflineMode(true);
      await page.goto(url);
      return {
        run: (expression) => page.evaluate(expression),
        goTo: async (to) => void (await page.goto(to)),
        reload: async () => void (await page.reload()),
        back: async () => void (await page.evaluate('void setTimeout(() => history.back())')),
        close: () => page.close(),
      };
    },
    async setOffline(offline) {
      isOffline = offline;
      await Promise.all((await firefox.pages()).map((page) => page.setOfflineMode(offline)));
    },
    async restart() {
      await firefox.close();
      firefox = await launch();
    },
    async close() {
      await firefox.close();
      await profile.remove();
    },
  };
}
