import { eventNames } from '../../support/event-names.ts';
import { createManagerCore, type ManagerCore } from '../../../src/client/core/manager-core.ts';
import { createOutbox } from '../../../src/client/core/outbox.ts';
import { askOffset } from '../../../src/client/core/ask-offset.ts';
import { renewOnce } from '../../../src/client/core/renew-once.ts';
import { createLiveWatch } from '../../../src/client/core/live-watch.ts';
import { createSignIn } from '../../../src/client/core/sign-in.ts';
import { settingsFrom, type BehaviourOptions } from '../../../src/client/core/settings.ts';
import type { OpenStream } from '../../../src/client/core/live-watch.ts';
import type { SessionEvents } from '../../../src/client/core/session-events.ts';
import type { Vault } from '../../../src/client/core/vault.ts';
import { SessionError } from '../../../src/protocol/session-error.ts';
import { fakeTabs, fakeVault, type FakeTab, type FakeTabs } from '../../../src/testing/index.ts';
import { fakeServer, type FakeServer } from './fake-server.ts';

/** A manager in a simulated tab, with everything it reported. */
export interface OpenTab {
  tab: FakeTab;
  manager: ManagerCore;
  /** Names of the events that fired, in order. */
  events: Array<keyof SessionEvents>;
  ends: Array<{ reason: string; user: string | null }>;
  /** Whether it has loaded the half that needs the network. */
  hasNetwork(): boolean;
}

/** A simulated browser against the real session engine. */
export interface World extends FakeTabs {
  server: FakeServer;
  openTab(
    options?: BehaviourOptions & {
      skewMs?: number;
      /** `'none'`: a page without WebCrypto. */
      keys?: 'none';
      stream?: (heard: { ended(): void; changed(): void }) => OpenStream;
      /** Stands between the manager and the tab's vault. */
      through?: (vault: Vault, tab: FakeTab) => Vault;
      /** How often loading the half that needs the network fails. */
      unloadable?: number;
    },
  ): Promise<OpenTab>;
  /** Opens a tab and signs `user` in. */
  signedIn(user?: string, options?: BehaviourOptions): Promise<OpenTab>;
}

/** Creates a {@link World}. Access tokens live 5 minutes unless said otherwise. */
export function createWorld(options: { accessMs?: number; seed?: number } = {}): World {
  const tabs = fakeTabs({ seed: options.seed ?? 1 });
  const server = fakeServer(tabs.clock, options.accessMs ?? 300_000);

  async function openTab(given: Parameters<World['openTab']>[0] = {}): Promise<OpenTab> {
    const { skewMs, keys, stream, through = (vault) => vault, unloadable = 0, ...behaviour } = given;
    const tab = tabs.open({ ...(skewMs === undefined ? {} : { skewMs }), ...(keys && { keys }) });
    const events: OpenTab['events'] = [];
    const ends: OpenTab['ends'] = [];
    const settings = settingsFrom({
      ...behaviour,
      onSignedOut: (end) => {
        ends.push({ reason: end.reason, user: end.user?.id ?? null });
        return behaviour.onSignedOut?.(end);
      },
    });
    const transport = server.transport(tab);
    let hasNetwork = false;
    let failures = unloadable;
    const manager = createManagerCore({
      platform: tab.platform,
      settings,
      network: async () => {
        if (failures-- > 0) throw new SessionError('network_error', 'The test does not let it load.');
        hasNetwork = true;
        return {
          transport,
          keys: tab.platform.keys,
          askOffset,
          renewOnce,
          createLiveWatch,
          createSignIn,
          createOutbox,
        };
      },
      vault: through(tab.vault, tab),
      memoryVault: () => {
        const memory = fakeVault(tabs.clock);
        memory.fallBack('memory');
        return memory;
      },
      touch: async () => server.touch(await manager.accessToken(undefined)),
      openStream: stream ?? null,
    });
    for (const name of eventNames) manager.on(name, () => events.push(name));
    await tabs.clock.settle();
    return { tab, manager, events, ends, hasNetwork: () => hasNetwork };
  }

  return {
    ...tabs,
    get tabs() {
      return tabs.tabs;
    },
    server,
    openTab,
    async signedIn(user = 'ada', behaviour = {}) {
      const opened = await openTab(behaviour);
      await opened.manager.signIn({ user }, false);
      await tabs.clock.settle();
      return opened;
    },
  };
}
