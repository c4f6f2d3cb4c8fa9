import type { EndReason } from '../../src/protocol/end-reason.ts';
import type { SessionState } from '../../src/client/core/session-state.ts';
import { shown, type Browser, type Page } from './browser.ts';
import { name } from './server/session-name.ts';
import type { TrueSession } from './truth.ts';
import type { World } from './world.ts';

/**
 * How much earlier than the limit idleness may be found: activity is written down every 15 s and reported to the server
 * every minute at most, and tabs' clocks differ by up to 80 s.
 */
export const idleToleranceMs = 160_000;
/** Tabs' clocks differ, and nobody measures a round trip exactly. */
const clockToleranceMs = 85_000;

/** Invariant 1: a tab that shows an end must be able to name a cause that really happened. */
export function checkState(world: World, browser: Browser, page: Page, before: SessionState, now: SessionState): void {
  const { truth, clock } = world;
  if (now.status !== before.status || now.status !== 'authenticated') truth.note(`${page.id}: shows ${shown(page)}`);
  if (now.status === 'authenticated') {
    // Somebody may hand an old pair to a tab, and does so at their own risk.
    const isAdopted = (truth.sessions.get(now.session.id)?.adoptedAt ?? 0) > 0;
    if (page.over.has(now.session.id) && !isAdopted)
      truth.violate(2, `${page.id} shows ${name(now.session.id)} again after its end`);
    return;
  }
  if (now.status !== 'unauthenticated') return;
  if (before.status === 'authenticated') {
    const { id } = before.session;
    const session = truth.sessions.get(id);
    page.over.add(id);
    const latest = truth.sessions.get(page.vault.record()?.sessionId ?? '');
    if (now.endReason === null) truth.violate(1, `${page.id} forgot ${name(id)} without a reason`);
    // Another session may have taken the place of the one that was shown, and have ended since.
    else if (
      session &&
      ![session, latest].some((one) => one && isReal(world, browser, page, one, now.endReason ?? 'idle'))
    )
      truth.violate(1, `${page.id} ended ${name(id)} as ${now.endReason}, and nothing of the kind had happened`);
    return;
  }
  if (before.status !== 'loading') return;
  const record = page.vault.record();
  const lost = browser.storageLostAt > Number.NEGATIVE_INFINITY || page.vault.contents().trouble !== null;
  if (now.endReason === null && record !== null && browser.troubledAt < clock.now() - 60_000 && !lost)
    truth.violate(1, `${page.id} starts with nobody although the vault holds ${name(record.sessionId)}`);
  // A tab that was held while it opened may show how an earlier session ended before it looks again.
  const sessions = [...truth.sessions.values()];
  const { endReason } = now;
  if (
    endReason !== null &&
    sessions.length > 0 &&
    !sessions.some((one) => isReal(world, browser, page, one, endReason))
  )
    truth.violate(1, `${page.id} starts with nobody (${endReason}), and nothing of the kind had happened`);
}

function isReal(world: World, browser: Browser, page: Page, session: TrueSession, reason: EndReason): boolean {
  const now = world.clock.now();
  switch (reason) {
    case 'signed_out':
      return browser.signOutAt >= session.bornAt - 1000;
    case 'idle':
      noteUntold(world, page, session, now);
      return session.causes.has('idle') || isIdle(world, browser, session, now);
    case 'absolute_expired':
      return now >= session.absoluteEnd - clockToleranceMs || browser.clockSetAt >= session.bornAt - 300_000;
    case 'storage_missing':
    case 'storage_corrupt':
      return browser.storageLostAt >= session.bornAt - 1000;
    case 'reuse_detected':
      return session.thiefAt !== null || session.causes.has(reason);
    case 'identity_changed':
      return world.setting.onIdentityChange === 'end';
    default:
      return session.causes.has(reason);
  }
}

/**
 * A tab that no message and no answer of storage told of the activity, and that storage refuses an answer (or has lost it) in
 * the very moment of its decision, takes the person for idle. The others believe it.
 */
function noteUntold({ truth, setting }: World, page: Page, session: TrueSession, now: number): void {
  if (setting.idleMs === null || page.unreadAt !== now) return;
  if (now - page.toldActAt >= setting.idleMs - idleToleranceMs) truth.cause(session.id, 'idle', now);
}

function isIdle({ setting }: World, browser: Browser, session: TrueSession, now: number): boolean {
  const { idleMs } = setting;
  if (idleMs === null) return false;
  const limit = idleMs - idleToleranceMs;
  if (now - session.surelyActAt >= limit) return true;
  // The server heard of no activity because something was in the way.
  const disturbed = Math.max(browser.troubledAt, browser.network.troubledAt) >= session.lastTouchAt;
  if (disturbed && now - session.lastTouchAt >= limit) return true;
  // The machine's clock was set, and nobody could be asked for the time.
  return browser.clockSetAt >= session.surelyActAt - idleMs;
}
