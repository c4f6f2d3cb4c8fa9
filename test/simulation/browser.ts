import type { SessionState } from '../../src/client/core/session-state.ts';
import {
  fakeTabs,
  fakeVault,
  seededRandom,
  type FakeClock,
  type FakeTabs,
  type FakeVault,
} from '../../src/testing/index.ts';
import { createNetwork, type Network } from './network.ts';
import { name } from './server/session-name.ts';
import type { SimServer } from './server/sim-server.ts';
import type { Sender } from './server/wire.ts';
import type { Setting } from './steps.ts';
import { openSimTab, type SimTab } from './tab.ts';
import type { Truth, TrueSession } from './truth.ts';

/** A tab as the simulation keeps it. */
export interface Page extends SimTab {
  readonly id: string;
  /** The last time something happened that its code was told of (true time). */
  stirredAt: number;
  /** When storage last refused to tell it anything (true time). */
  unreadAt: number;
  /** The person's last activity that it was told of (true time). */
  toldActAt: number;
  /** Since when its code may run without a break; null while it may not. */
  runningSince: number | null;
  /** What it was asked and has not answered. */
  pending: Map<string, number>;
  cached: boolean;
  stalled: boolean;
  visible: boolean;
  /** The last activity that must have counted, and the one before it. */
  acted: { session: TrueSession; at: number; before: number } | null;
  /** Sessions that it has shown as over. */
  over: Set<string>;
}

/** One browser profile of one person's machine. */
export interface Browser {
  readonly name: string;
  readonly tabs: FakeTabs;
  readonly network: Network;
  readonly sender: Sender;
  /** Tabs that are not gone. */
  pages: Page[];
  /** How far the machine's clock is off. */
  skewMs: number;
  /** A tab with a clock of its own was opened. */
  skewed: boolean;
  clockSetAt: number;
  signOutAt: number;
  /** Storage was cleared or spoiled. */
  storageLostAt: number;
  /** Something was wrong with storage or locks. */
  troubledAt: number;
  messagesTroubledAt: number;
  /** Somebody may hold a lock for long: a tab that does not run, a stranger, storage that does not answer. */
  lockTroubledAt: number;
  strangerHolds: boolean;
  storageFine: boolean;
  messagesFine: boolean;
  open(skewMs?: number, vault?: FakeVault): Page;
  /** Token responses that tabs got, oldest first. */
  grants: Array<{ sessionId: string; json: unknown }>;
}

/** Creates a {@link Browser} with no tab. */
export function createBrowser(
  browserName: string,
  parts: { clock: FakeClock; server: SimServer; truth: Truth; setting: Setting },
  onState: (browser: Browser, page: Page, before: SessionState, now: SessionState) => void,
): Browser {
  const { clock, server, truth, setting } = parts;
  const seed = setting.seed + browserName.length;
  const dice = seededRandom(seed);
  const tabs = fakeTabs({ clock, seed });
  const never = Number.NEGATIVE_INFINITY;
  tabs.vault.slow(() => Math.floor(dice.fraction() * 4));
  tabs.wires.deliver(() => [Math.floor(dice.fraction() * 4)]);

  const browser: Browser = {
    name: browserName,
    tabs,
    network: createNetwork(clock, dice),
    sender: { browser: browserName, thief: false },
    pages: [],
    skewMs: 0,
    skewed: false,
    clockSetAt: never,
    signOutAt: never,
    storageLostAt: never,
    troubledAt: never,
    messagesTroubledAt: never,
    lockTroubledAt: never,
    strangerHolds: false,
    storageFine: true,
    messagesFine: true,
    grants: [],
    open(skewMs = 0, given) {
      const vault = given ?? (setting.vault === 'tab' ? fakeVault(clock) : tabs.vault);
      const tab = tabs.open({ skewMs: browser.skewMs + skewMs, vault });
      const opened = openSimTab({
        tab,
        vault,
        network: browser.network,
        server,
        setting,
        sender: browser.sender,
        onCall(asked, holder) {
          if (holder !== null && asked !== '' && asked !== holder)
            truth.violate(8, `${tab.id} made a request for ${asked} that carried the token of ${holder}`);
        },
        onGrant(sessionId, json) {
          browser.grants.push({ sessionId, json });
        },
        onStorage(contents) {
          // Where the session is missing, so is what would tell of the activity.
          if (!contents?.record) page.unreadAt = clock.now();
          // Written down by the clock of a tab.
          if (contents && contents.activityAt !== null)
            page.toldActAt = Math.max(page.toldActAt, contents.activityAt - browser.skewMs);
        },
        onState: (before, now) => onState(browser, page, before, now),
      });
      const page: Page = Object.assign(opened, {
        id: tab.id,
        stirredAt: clock.now(),
        unreadAt: never,
        toldActAt: never,
        runningSince: clock.monotonic(),
        acted: null,
        pending: new Map<string, number>(),
        cached: false,
        stalled: false,
        visible: true,
        over: new Set<string>(),
      });
      opened.manager.on('ended', ({ reason }) => truth.note(`${tab.id}: ended, ${reason}`));
      opened.manager.on('refresh_failed', ({ error }) => truth.note(`${tab.id}: refresh failed, ${error.code}`));
      opened.manager.on('lock_stolen', () => {
        truth.note(`${tab.id}: took the lock by force`);
        const isStuck =
          browser.strangerHolds ||
          !browser.storageFine ||
          browser.pages.some(({ tab: one, cached }) => one.state === 'held' && !cached);
        const troubledAt = isStuck ? clock.now() : Math.max(browser.lockTroubledAt, browser.network.troubledAt);
        if (clock.now() - troubledAt > 60_000)
          truth.violate(5, `${tab.id} had to take the lock by force, and nobody was stuck`);
      });
      opened.manager.on('identity_changed', ({ from, to }) => truth.note(`${tab.id}: ${from.id} became ${to.id}`));
      browser.pages.push(page);
      return page;
    },
  };
  return browser;
}

/** What a page shows, in words. */
export function shown(page: Page): string {
  const state = page.manager.state.getState();
  if (state.status === 'authenticated') return `${state.user.id} in ${name(state.session.id)}`;
  return state.status === 'loading' ? 'loading' : `nobody (${state.endReason})`;
}
