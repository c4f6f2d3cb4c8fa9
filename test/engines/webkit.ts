import { createServer, type AddressInfo } from 'node:net';
import { Builder, Capabilities, type WebDriver } from 'selenium-webdriver';
import { findWebKit } from '../../scripts/find-engines.ts';
import { until } from '../browser/until.ts';
import type { Engine, Tab } from './engine.ts';
import { startNetwork, type Network } from './network.ts';
import { startProgram } from './program.ts';

/** WebKitGTK, driven over WebDriver on a display without a screen. Null: there is none. */
export async function startWebKit(): Promise<Engine | null> {
  const programs = findWebKit();
  if (programs === null) return null;
  const network = await startNetwork();
  const display = startProgram(programs.display, [
    '-displayfd',
    '3',
    '-screen',
    '0',
    '1280x1024x24',
    '-nolisten',
    'tcp',
  ]);
  const screen = await until('there is a display', () => /^\d+$/m.exec(display.told())?.[0]);
  const port = await freePort();
  const service = startProgram(programs.driver, [`--port=${port}`, '--host=127.0.0.1'], {
    DISPLAY: `:${screen}`,
    GDK_BACKEND: 'x11',
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    WEBKIT_DISABLE_DMABUF_RENDERER: '1',
  });
  const driver = await connect(`http://127.0.0.1:${port}`, programs.browser, network);
  // The last window cannot be closed: it would take the browser along.
  const blank = await driver.getWindowHandle();
  const version = String((await driver.getCapabilities()).get('browserVersion'));
  const noise: string[] = [];

  /** One command after the other: each goes to the window that was switched to last. */
  let last: Promise<unknown> = Promise.resolve();
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(work, work);
    last = result.catch(() => {});
    return result;
  }

  async function run(expression: string): Promise<unknown> {
    const { error, value } = (await driver.executeAsyncScript(answering(expression))) as Answer;
    if (error !== undefined) throw new Error(error);
    return value;
  }

  /** Leaves the page that is there. WebDriver tells nothing of consoles, so that page was asked to remember. */
  async function leave(going: () => Promise<void>): Promise<void> {
    noise.push(...((await run(`window.noise?.splice(0) ?? []`)) as string[]));
    await going();
  }

  async function arrive(coming: () => Promise<void>): Promise<void> {
    await leave(coming);
    await run(`(${String(rememberNoise)})()`);
  }

  function tabIn(window: string): Tab {
    const here = <T>(work: () => Promise<T>): Promise<T> =>
      inTurn(async () => {
        await driver.switchTo().window(window);
        return work();
      });
    return {
      run: (expression) => here(() => run(expression)),
      goTo: (url) => here(() => arrive(() => driver.get(url))),
      reload: () => here(() => arrive(() => driver.navigate().refresh())),
      back: () => here(() => arrive(() => driver.navigate().back())),
      close: () =>
        here(async () => {
          await leave(() => driver.close());
          await driver.switchTo().window(blank);
        }),
    };
  }

  return {
    version: `WebKitGTK ${version}`,
    noise,
    noPageCache: null,
    // Under automation it keeps everything in memory.
    restart: null,
    async open(url) {
      // A window: its tabs are opened behind the one that is there, and all of them stay hidden.
      const window = await inTurn(async () => {
        await driver.switchTo().newWindow('window');
        return driver.getWindowHandle();
      });
      const tab = tabIn(window);
      await tab.goTo(url);
      return tab;
    },
    async setOffline(offline) {
      network.setOffline(offline);
    },
    async close() {
      await driver.quit().finally(() => service.stop());
      await display.stop();
      await network.close();
    },
  };
}

async function connect(url: string, browser: string, network: Network): Promise<WebDriver> {
  const isListening = (): Promise<boolean> =>
    fetch(`${url}/status`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until('the driver listens', isListening);
  const capabilities = new Capabilities({
    browserName: 'MiniBrowser',
    proxy: { proxyType: 'manual', httpProxy: network.address },
    'webkitgtk:browserOptions': { binary: browser, args: ['--automation'] },
  });
  const driver = await new Builder()
    .disableEnvironmentOverrides()
    .usingServer(url)
    .withCapabilities(capabilities)
    .build();
  await driver.manage().setTimeouts({ script: 30_000, pageLoad: 30_000 });
  return driver;
}

interface Answer {
  value?: unknown;
  error?: string;
}

/** A script that evaluates `expression` and calls back with an {@link Answer}. */
function answering(expression: string): string {
  return `const done = arguments[arguments.length - 1];
    (async () => ({ value: await ${expression} }))().catch((error) => ({ error: String(error) })).then(done);`;
}

/** Runs in the page, once it has loaded. A page that somebody goes back to remembers already. */
function rememberNoise(): void {
  const page = window as Window & { noise?: string[] };
  if (page.noise) return;
  const noise: string[] = (page.noise = []);
  for (const level of ['error', 'warn'] as const)
    console[level] = (...parts: unknown[]) => void noise.push(`console.${level}: ${parts.map(String).join(' ')}`);
  addEventListener('error', ({ message }) => void noise.push(`uncaught: ${message}`));
  addEventListener('unhandledrejection', ({ reason }) => void noise.push(`uncaught: ${String(reason)}`));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
