import { expect } from 'vitest';
import { startAppServer, type AppServer } from '../browser/app-server.ts';
import type { Facts, PageOptions } from '../browser/page/harness.ts';
import { startSessionServer, type SessionServer } from '../browser/session-server.ts';
import { until } from '../browser/until.ts';
import { inPage, type Engine, type Tab } from './engine.ts';

/** A browser with an app and a session server of their own, for one test. */
export interface World {
  engine: Engine;
  app: AppServer;
  server: SessionServer;
  /** Opens the app in a new tab, and waits until it knows who is signed in. */
  open(name: string): Promise<Tab>;
  /** Allows console errors that match. */
  expectNoise(pattern: RegExp): void;
}

/** What engines print for a request that fails or is refused. */
export const failedRequests: RegExp = /Failed to load resource|CORS request did not succeed/;

/** Runs `test` with new servers, and takes them and all tabs away. What a page prints as an error fails it. */
export async function inWorld(
  engine: Engine,
  serverArgs: readonly string[],
  test: (world: World) => Promise<void>,
): Promise<void> {
  const app = await startAppServer();
  const server = await startSessionServer(app.url, serverArgs);
  app.trust(server.url);
  const tabs: Tab[] = [];
  const allowed: RegExp[] = [];
  engine.noise.length = 0;

  async function open(name: string): Promise<Tab> {
    const page: PageOptions = { server: server.url, tab: name };
    const tab = await engine.open(`${app.url}/?page=${encodeURIComponent(JSON.stringify(page))}`);
    tabs.push(tab);
    await untilReady(tab);
    return tab;
  }

  try {
    await test({ engine, app, server, open, expectNoise: (pattern) => void allowed.push(pattern) });
  } finally {
    await engine.setOffline(false);
    for (const tab of tabs) await tab.close();
    await server.stop();
    await app.close();
  }
  expect(engine.noise.filter((line) => !allowed.some((pattern) => pattern.test(line)))).toEqual([]);
  expect(server.complaints()).toBe('');
}

/** Waits until the page is there and knows who is signed in. */
export async function untilReady(tab: Tab): Promise<void> {
  // Between two pages there is nothing to ask.
  await until('the page is there', () => inPage(tab, () => window.harness !== undefined).catch(() => false));
  await inPage(tab, async () => void (await window.harness.session.ready()));
}

/** Opens `count` tabs with ada signed in in all of them. */
export async function signedInTabs(world: World, count: number): Promise<[Tab, ...Tab[]]> {
  const first = await world.open('1');
  const tabs: [Tab, ...Tab[]] = [first];
  for (let n = 2; n <= count; n++) tabs.push(await world.open(String(n)));
  await inPage(first, async () => void (await window.harness.session.signIn({ username: 'ada', password: 'demo' })));
  for (const tab of tabs) await untilFacts(tab, { status: 'authenticated', user: 'user_ada' });
  return tabs;
}

/** Waits until the tab shows what is asked for, and answers all it shows. */
export async function untilFacts(tab: Tab, wanted: Partial<Facts>, withinMs?: number): Promise<Facts> {
  let last: Facts | null = null;
  const ask = async (): Promise<Facts | null> => {
    const shown = await inPage(tab, () => window.harness.facts());
    last = shown;
    return Object.entries(wanted).every(([name, value]) => shown[name as keyof Facts] === value) ? shown : null;
  };
  try {
    return await until(JSON.stringify(wanted), ask, withinMs);
  } catch (error) {
    throw new Error(`${String(error)}; it shows ${JSON.stringify(last)}`, { cause: error });
  }
}
