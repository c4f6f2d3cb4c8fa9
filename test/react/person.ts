import { createSessionManager, type SessionManager, type SessionOptions } from '../../src/index.ts';
import { fakeTabs, type FakeTab, type FakeTabs } from '../../src/testing/index.ts';
import { fakeServer, type FakeServer } from '../client/core/fake-server.ts';

/** One simulated tab with the real manager, against the real session engine. */
export interface Person {
  manager: SessionManager;
  tab: FakeTab;
  browser: FakeTabs;
  server: FakeServer;
  /** How many listeners the manager's three stores have now. */
  subscriptions(): number;
  signIn(user?: string): Promise<void>;
  /** Another tab of the same browser, opened now. */
  openAnother(): SessionManager;
}

/** Opens a tab in which nobody is signed in. `slowVaultMs` is how long the vault takes to be read. */
export function createPerson(options: Partial<SessionOptions> & { slowVaultMs?: number } = {}): Person {
  const { slowVaultMs = 0, ...given } = options;
  const browser = fakeTabs();
  browser.vault.slow(slowVaultMs);
  const server = fakeServer(browser.clock, 300_000);
  const create = (tab: FakeTab): SessionManager =>
    createSessionManager({
      transport: server.transport(tab),
      vault: tab.vault,
      platform: tab.platform,
      keys: tab.platform.keys,
      liveEvents: false,
      // Only `touch` goes this way here.
      fetch: async () => Response.json({}),
      ...given,
    });
  const tab = browser.open();
  const manager = create(tab);
  let subscribed = 0;
  for (const store of [manager, manager.token, manager.idle]) {
    const { subscribe } = store;
    store.subscribe = (listener) => {
      const stop = subscribe(listener);
      subscribed += 1;
      return () => {
        subscribed -= 1;
        stop();
      };
    };
  }
  return {
    manager,
    tab,
    browser,
    server,
    subscriptions: () => subscribed,
    async signIn(user = 'ada') {
      await manager.signIn({ user });
      await browser.clock.settle();
    },
    openAnother: () => create(browser.open()),
  };
}
