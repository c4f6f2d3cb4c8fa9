// What people may rely on in their tabs.
import type { Act, Evidence, Finding, Gap, TabState, Violation } from './evidence.ts';

/** How long a tab that can run may take to learn of a sign-out in its browser. Generous: the machine may be busy. */
const learnMs = 1500;

/** A tab that showed somebody shows nobody only for a reason that people or the schedule gave. */
export function endsHaveCauses({ states, acts, events }: Evidence): Finding {
  const createdAt = new Map(
    events.flatMap((e) => (e.type === 'session.created' ? [[e.sessionId, e.at] as const] : [])),
  );
  const violations: Violation[] = [];
  let checked = 0;
  for (const list of byTab(states).values()) {
    for (const [index, next] of list.entries()) {
      const before = list[index - 1];
      if (before?.status !== 'authenticated' || next.status !== 'unauthenticated') continue;
      checked += 1;
      const created = createdAt.get(before.session) ?? 0;
      if (!acts.some((act) => explains(act, acts, before, created, next)))
        violations.push({
          at: next.at,
          text: `tab ${next.tab} showed ${before.user} (${before.session}) and then nobody (${next.endReason}); nothing that happened asked for that`,
        });
    }
  }
  return { promise: 'nobody is signed out without a cause', checked, violations };
}

function explains(act: Act, acts: readonly Act[], before: TabState, created: number, next: TabState): boolean {
  const over = act.until ?? Number.POSITIVE_INFINITY;
  if (act.at > next.at || created > over) return false;
  const reason = next.endReason;
  switch (act.kind) {
    case 'sign_out':
      return reason === 'signed_out';
    case 'storage_cleared':
      return reason === 'storage_missing' || reason === null;
    case 'sign_out_everywhere': {
      // A tab that was away may have missed that somebody else signed in, and is told of their end.
      const missed = acts.some(
        ({ kind, at, user }) =>
          kind === 'sign_in' && user === act.user && at >= created && at <= Math.min(over, next.at),
      );
      const isMeant = act.user === before.user || missed;
      return isMeant && (reason === 'revoked_all' || reason === 'signed_out_elsewhere');
    }
    case 'sign_in':
      return false;
  }
}

/** After a sign-out that was acknowledged, every tab that can run stops showing that session, and never shows it again. */
export function signOutsShowEverywhere(evidence: Evidence): Finding {
  const { states, gaps, endedAt } = evidence;
  const violations: Violation[] = [];
  const ended = acknowledgedSignOuts(evidence);
  let slowestMs = 0;
  for (const { session, until } of ended) {
    for (const [tab, list] of byTab(states)) {
      for (const [index, state] of list.entries()) {
        const shownUntil = list[index + 1]?.at ?? endedAt;
        if (state.session !== session || shownUntil <= until) continue;
        const ranMs = longestRun(gaps, tab, Math.max(until, state.at), shownUntil);
        slowestMs = Math.max(slowestMs, ranMs);
        if (ranMs > learnMs)
          violations.push({
            at: until + learnMs,
            text: `tab ${tab} showed ${session} for ${ranMs} ms although it was signed out of`,
          });
      }
    }
  }
  const note = `the last tab after ${slowestMs} ms at most`;
  return { promise: 'a sign-out shows in every tab', checked: ended.length, note, violations };
}

/** No tab sends a token of a session that was signed out of in its browser. */
export function signOutsStopRequests(evidence: Evidence): Finding {
  const ended = acknowledgedSignOuts(evidence);
  const violations: Violation[] = [];
  for (const { session, until } of ended)
    for (const call of evidence.api)
      if (call.session === session && longestRun(evidence.gaps, call.tab, until, call.at) > learnMs)
        violations.push({
          at: call.at,
          text: `tab ${call.tab} sent a token of ${session}, signed out of ${call.at - until} ms before`,
        });
  return { promise: 'no token leaves a tab after a sign-out', checked: ended.length, violations };
}

/** A request made as one person never carries the token of another one. */
export function requestsStayWithTheirPerson({ api }: Evidence): Finding {
  const carried = api.filter(({ as, holder }) => as !== '' && holder !== null);
  const violations = carried
    .filter(({ as, holder }) => as !== holder)
    .map(({ at, tab, as, holder }) => ({ at, text: `tab ${tab} showed ${as} and sent a token of ${holder}` }));
  return { promise: "no request carries another person's token", checked: carried.length, violations };
}

function acknowledgedSignOuts({ acts }: Evidence): { session: string; until: number }[] {
  return acts.flatMap(({ kind, acknowledged, session, until }) =>
    kind === 'sign_out' && acknowledged && session !== null && until !== null ? [{ session, until }] : [],
  );
}

/** What each tab showed, in order. */
function byTab(states: readonly TabState[]): Map<string, TabState[]> {
  const tabs = new Map<string, TabState[]>();
  for (const state of states.toSorted((a, b) => a.at - b.at))
    tabs.set(state.tab, [...(tabs.get(state.tab) ?? []), state]);
  return tabs;
}

/** The longest time without a break that a tab could run in. */
function longestRun(gaps: readonly Gap[], tab: string, from: number, until: number): number {
  const breaks = gaps
    .filter((gap) => gap.tab === tab && gap.from < until && (gap.until ?? Number.POSITIVE_INFINITY) > from)
    .toSorted((a, b) => a.from - b.from);
  let longest = 0;
  let free = from;
  for (const gap of breaks) {
    longest = Math.max(longest, gap.from - free);
    free = Math.max(free, gap.until ?? Number.POSITIVE_INFINITY);
  }
  return Math.max(longest, until - free);
}
