import { chromium, type BrowserContext } from 'playwright-core';
import { chromiumArgs, findChromium } from '../../scripts/find-chromium.ts';
import { makeProfile } from '../browser/profile.ts';
import type { Engine } from './engine.ts';

/** Chromium, driven over the protocol of its developer tools. Null: there is none. */
export async function startChromium(): Promise<Engine | null> {
  const executablePath = findChromium();
  if (executablePath === null) return null;
  const profile = makeProfile();
  const noise: string[] = [];
  const launch = (): Promise<BrowserContext> =>
    chromium.launchPersistentContext(profile.folder, {
      executablePath,
      args: chromiumArgs,
      ignoreDefaultArgs: ['--disable-back-forward-cache'],
    });
  let context = await launch();
  const { product, isShell } = await describe(context);

  return {
    version: product,
    noise,
    noPageCache: isShell ? 'a headless shell keeps no pages' : null,
    async open(url) {
      const page = await context.newPage();
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) noise.push(`console.${message.type()}: ${message.text()}`);
      });
      page.on('pageerror', (error) => noise.push(`uncaught: ${error.message}`));
      await page.goto(url);
      return {
        run: (expression) => page.evaluate(expression),
        goTo: async (to) => void (await page.goto(to)),
        reload: async () => void (await page.reload()),
        // A restored page does not load.
        back: async () => void (await page.goBack({ waitUntil: 'commit' })),
        close: () => page.close(),
      };
    },
    setOffline: (offline) => context.setOffline(offline),
    async restart() {
      await context.close();
      context = await launch();
    },
    async close() {
      await context.close();
      await profile.remove();
    },
  };
}

async function describe(context: BrowserContext): Promise<{ product: string; isShell: boolean }> {
  const [page = await context.newPage()] = context.pages();
  const devtools = await context.newCDPSession(page);
  const { product } = await devtools.send('Browser.getVersion');
  await devtools.detach();
  return { product: product.replace('/', ' '), isShell: product.startsWith('HeadlessChrome') };
}
