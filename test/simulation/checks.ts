import { shown, type Page } from './browser.ts';
import { idleToleranceMs } from './end-causes.ts';
import { name } from './server/session-name.ts';
import { callBoundMs } from './pages.ts';
import type { World } from './world.ts';

/** A tab that was told, and could run, for so long has acted on it. */
const calmMs = 10_000;
const calmEnoughMs = 20_000;
const perPagePerMinute = 10;

/** Looks at everything between two steps. */
export function check(world: World, stepsSoFar: number): void {
  checkCalls(world);
  checkStorm(world, stepsSoFar);
  checkVaultForward(world);
  for (const page of world.browser.pages) if (page.runningSince !== null) checkPage(world, page);
}

/** Invariant 5: nothing stays pending. */
function checkCalls({ browser, clock, truth }: World): void {
  for (const page of browser.pages) {
    if (page.runningSince === null) continue;
    for (const [what, since] of page.pending) {
      const waited = clock.monotonic() - Math.max(since, page.runningSince);
      if (waited > callBoundMs) truth.violate(5, `${page.id}: ${what} is pending after ${Math.round(waited / 1000)} s`);
    }
  }
}

/** Invariant 5: no storm. */
function checkStorm({ browser, clock, truth }: World, stepsSoFar: number): void {
  const since = clock.monotonic() - 60_000;
  const lately = browser.network.sentAt.filter((at) => at > since).length;
  const bound = Math.max(8, browser.pages.length) * perPagePerMinute + stepsSoFar;
  if (lately > bound) truth.violate(5, `${lately} refresh requests within a minute`);
}

/** Invariant 6: the vault's session never goes back to an earlier one. */
function checkVaultForward(world: World): void {
  const { browser, truth } = world;
  const record = browser.tabs.vault.record();
  if (record?.kind !== 'live' || record.sessionId === world.vaultSession) return;
  const before = truth.sessions.get(world.vaultSession ?? '');
  const now = truth.sessions.get(record.sessionId);
  // What storage lost since, it cannot hold against what comes late.
  if (before && now && now.bornAt < before.bornAt && browser.storageLostAt < before.bornAt)
    truth.violate(6, `the vault went back from ${name(before.id)} to ${name(now.id)}`);
  world.vaultSession = record.sessionId;
}

function checkPage(world: World, page: Page): void {
  const { browser, clock, truth, setting } = world;
  const state = page.manager.state.getState();
  if (state.status !== 'authenticated') return;
  const now = clock.now();
  const session = truth.sessions.get(state.session.id);
  if (!session) return truth.violate(1, `${page.id} shows a session that never was`);
  const ranMs = clock.monotonic() - (page.runningSince ?? 0);

  // Invariant 7. A tab that slept does not know what time it is before something happens in it.
  if (setting.idleMs !== null && page.visible && browser.clockSetAt < session.lastActAt - setting.idleMs) {
    const goneAt = session.lastActAt + setting.idleMs + idleToleranceMs;
    const awakeMs = Math.min(ranMs, clock.monotonic() - world.wokeAt);
    const toldLater = page.stirredAt > goneAt && now > page.stirredAt + calmMs;
    if (now > goneAt && awakeMs > calmMs && (toldLater || awakeMs > setting.idleMs + idleToleranceMs))
      truth.violate(
        7,
        `${page.id} shows ${shown(page)} ${Math.round((now - goneAt) / 1000)} s after the person was idle for too long`,
      );
  }

  // Invariant 2: a session that this browser signed out of is not shown once its tabs were told.
  const record = page.vault.record();
  // Whoever wrote the tombstone may be held before it told the others.
  const calm =
    browser.pages.every(({ tab }) => tab.state === 'running') &&
    browser.troubledAt < (world.entombedAt.get(session.id) ?? 0) - 1000 &&
    ranMs > calmEnoughMs &&
    clock.monotonic() > world.wokeAt + calmEnoughMs &&
    browser.messagesFine &&
    browser.storageFine &&
    [browser.troubledAt, browser.messagesTroubledAt, browser.storageLostAt].every((at) => now - at > calmEnoughMs);
  if (record?.kind === 'ended' && !world.entombedAt.has(record.sessionId)) world.entombedAt.set(record.sessionId, now);
  const toldMs = record?.sessionId === session.id ? now - (world.entombedAt.get(session.id) ?? now) : 0;
  if (calm && toldMs > calmEnoughMs && state.persistence !== 'memory')
    truth.violate(2, `${page.id} still shows ${name(session.id)}, which the vault says ended ${toldMs} ms ago`);
}
