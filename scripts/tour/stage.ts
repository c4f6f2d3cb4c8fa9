// The real server by its own command line, the demo as built, and a browser.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { build, preview, type PreviewServer } from 'vite';
import { chromiumArgs } from '../find-chromium.ts';
import { provisionChromium } from '../provision-chromium.ts';
import { root } from '../public-names.ts';

/** Lives of the tour's server: short, so that nothing has to be waited for long. */
const accessLife = '20s';
const defaultIdleLimit = '60s';

export interface Journal {
  requests: Record<string, number>;
  refreshes: Record<string, number>;
}

export interface Stage {
  url: string;
  context: BrowserContext;
  pages(): Page[];
  /** What the server counted so far. */
  journal(): Promise<Journal>;
  /** What pages wrote to the console as errors, apart from requests that were made to fail. */
  complaints: string[];
  close(): Promise<void>;
}

const patienceMs = 20_000;

/** Sets it up. */
export async function openStage(idleLimit: string = defaultIdleLimit): Promise<Stage> {
  const [serverPort, demoPort] = await Promise.all([freePort(), freePort()]);
  const serverUrl = `http://localhost:${serverPort}`;
  const url = `http://localhost:${demoPort}/`;
  const outDir = mkdtempSync(path.join(tmpdir(), 'sojourn-tour-'));
  let server: ChildProcess | null = null;
  let demo: PreviewServer | null = null;
  let browser: Browser | null = null;
  const close = async (): Promise<void> => {
    await browser?.close();
    await demo?.close();
    server?.kill('SIGTERM');
    rmSync(outDir, { recursive: true, force: true });
  };
  try {
    server = startServer(serverPort, url, idleLimit);
    demo = await startDemo(serverUrl, demoPort, outDir);
    browser = await startBrowser();
    await until('the server answers', async () => (await fetch(`${serverUrl}/health`)).ok);
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      deviceScaleFactor: 1.5,
      locale: 'en-GB',
    });
    context.setDefaultTimeout(patienceMs);
    const complaints: string[] = [];
    context.on('page', (page) => listenTo(page, complaints));
    await context.addInitScript(noteSignInForm);
    return {
      url,
      context,
      pages: () => context.pages(),
      journal: async () => (await (await fetch(`${serverUrl}/dev/journal`)).json()) as Journal,
      complaints,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function startServer(port: number, demoUrl: string, idleLimit: string): ChildProcess {
  const options = ['--store', 'memory', '--demo-users', '--faults', '--access-ttl', accessLife, '--idle', idleLimit];
  const args = [
    'src/server/node/cli.ts',
    'serve',
    '--port',
    String(port),
    '--origin',
    new URL(demoUrl).origin,
    ...options,
  ];
  return spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
}

async function startDemo(serverUrl: string, port: number, outDir: string): Promise<PreviewServer> {
  process.env['VITE_SOJOURN_URL'] = serverUrl;
  const where = { configFile: path.join(root, 'vite.config.ts'), root: path.join(root, 'playground') };
  // Warnings would be about the size of the demo, which is not what is looked at here.
  await build({ ...where, logLevel: 'error', build: { outDir, emptyOutDir: true } });
  return preview({
    ...where,
    logLevel: 'warn',
    build: { outDir },
    preview: { host: 'localhost', port, strictPort: true },
  });
}

async function startBrowser(): Promise<Browser> {
  const { path: executablePath, line } = await provisionChromium();
  console.log(line);
  if (executablePath === null) throw new Error('The tour needs a Chromium. See CONTRIBUTING.md.');
  return chromium.launch({ executablePath, args: [...chromiumArgs, '--font-render-hinting=none'] });
}

function listenTo(page: Page, complaints: string[]): void {
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  page.on('console', (message) => {
    const isWanted = /Failed to load resource|blocked by CORS policy/.test(message.text());
    if (message.type() === 'error' && !isWanted) complaints.push(message.text());
  });
}

/** Runs in the page: remembers whether the sign-in form was ever shown, for an instant even. */
function noteSignInForm(): void {
  const noted = globalThis as { sawSignInForm?: boolean };
  noted.sawSignInForm = false;
  new MutationObserver(() => {
    if (document.querySelector('form')) noted.sawSignInForm = true;
  }).observe(document, { childList: true, subtree: true });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, 'localhost', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Looks again and again until it is so. */
export async function until(what: string, isSo: () => Promise<boolean>, withinMs: number = patienceMs): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    if (await isSo().catch(() => false)) return;
    if (Date.now() > deadline) throw new Error(`Not seen within ${withinMs / 1000} s: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
