// What must be so whenever there is calm.
import type { Calm, CalmTab, Evidence, Finding, Violation } from './evidence.ts';
import { hasEnded } from './server-promises.ts';

/** All tabs show the same person, the same session, or the same reason why there is none. */
export function tabsAgree({ calms }: Evidence): Finding {
  return everyCalm(calms, 'tabs agree', ({ tabs }) => {
    const views = new Set(tabs.map(viewOf));
    return views.size > 1 ? [`tabs disagree: ${[...views].join(' | ')}`] : [];
  });
}

/** Every tab has a token that is good, or says why not. */
export function tabsAreWell({ calms }: Evidence): Finding {
  return everyCalm(calms, 'every tab has a good token or an end', ({ tabs }) =>
    tabs.filter((tab) => !isWell(tab)).map(describe),
  );
}

/** What tabs show is what the server says. */
export function tabsAreRight({ calms, events }: Evidence): Finding {
  return everyCalm(calms, 'what tabs show is true at the server', (calm) => {
    const wrong = calm.tabs.filter(({ session }) => session !== null && hasEnded(session, events, calm.at));
    return wrong.map((tab) => `${describe(tab)}: that session is over`);
  });
}

/** Every request that a tab makes settles. */
export function nothingHangs({ calms }: Evidence): Finding {
  return everyCalm(calms, 'nothing hangs', ({ hanging }) => hanging.map((what) => `${what} did not settle`));
}

/** Whether nothing is left to wait for. */
export function isCalm(tabs: readonly CalmTab[]): boolean {
  return tabs.every(isWell) && new Set(tabs.map(viewOf)).size === 1;
}

function isWell({ status, call, freshness }: CalmTab): boolean {
  if (status === 'unauthenticated') return true;
  return status === 'authenticated' && call === 200 && (freshness === 'fresh' || freshness === 'stale');
}

/** A page that is loaded after the storage was cleared finds nothing; one that was there before knows that there was something. */
function viewOf({ status, user, session, endReason }: CalmTab): string {
  const reason = endReason === 'storage_missing' ? null : endReason;
  return status === 'authenticated' ? `${user} ${session}` : `${status} ${reason}`;
}

function describe({ tab, status, user, session, endReason, freshness, call }: CalmTab): string {
  return `tab ${tab}: ${status} ${user ?? ''} ${session ?? ''} reason ${endReason}, token ${freshness}, request ${call}`;
}

function everyCalm(calms: readonly Calm[], promise: string, problems: (calm: Calm) => string[]): Finding {
  const violations = calms.flatMap((calm): Violation[] => problems(calm).map((text) => ({ at: calm.at, text })));
  return { promise, checked: calms.reduce((sum, { tabs }) => sum + tabs.length, 0), violations };
}
