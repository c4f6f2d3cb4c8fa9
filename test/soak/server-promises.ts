// What the server's log and the traffic must show.
import type { Evidence, Exchange, Finding, Violation } from './evidence.ts';

/** Every refresh token has one successor, however often it was sent. */
export function oneSuccessor({ exchanges, events }: Evidence): Finding {
  const violations: Violation[] = [];
  const successors = new Map<string, string>();
  for (const { spent, successor, answeredAt, session } of exchanges) {
    if (spent === null || successor === null) continue;
    const known = successors.get(spent);
    if (known !== undefined && known !== successor)
      violations.push({ at: answeredAt ?? 0, text: `a refresh token of ${session} got two different successors` });
    successors.set(spent, known ?? successor);
  }
  const rotated = new Set<string>();
  for (const { type, sessionId, detail, at } of events) {
    if (type !== 'session.refreshed') continue;
    const name = `${sessionId} generation ${detail['generation']}`;
    if (rotated.has(name)) violations.push({ at, text: `${name} was made twice` });
    rotated.add(name);
  }
  return { promise: 'one successor for every refresh token', checked: successors.size, violations };
}

/** There is no thief here, so none is seen. */
export function noReuse({ events }: Evidence): Finding {
  const violations = events
    .filter(({ type }) => type === 'session.reuse_detected' || type === 'session.proof_refused')
    .map(({ at, type, sessionId, detail }) => ({
      at,
      text: `the server logged ${type} for ${sessionId} ${JSON.stringify(detail)}`,
    }));
  const checked = events.filter(({ type }) => type === 'session.refreshed').length;
  return { promise: 'no reuse is seen', checked, violations };
}

/** Once the server has acknowledged an end, it accepts nothing of that session any more. */
export function endsAreFinal({ exchanges, acts, events }: Evidence): Finding {
  const endedAt = new Map<string, number>();
  const over = (session: string, at: number): void =>
    void endedAt.set(session, Math.min(at, endedAt.get(session) ?? Number.POSITIVE_INFINITY));
  for (const { path, session, status, answeredAt } of exchanges)
    if (path === '/revoke' && session !== null && status === 200 && answeredAt !== null) over(session, answeredAt);
  for (const act of acts) {
    if (act.kind !== 'sign_out_everywhere' || !act.acknowledged || act.until === null) continue;
    for (const { type, sessionId, userId, at } of events)
      if (type === 'session.created' && userId === act.user && sessionId !== null && at < act.at)
        over(sessionId, act.until);
  }
  const violations = exchanges.flatMap(({ path, session, status, forwardedAt }): Violation[] => {
    const end = session === null || path === '/revoke' ? undefined : endedAt.get(session);
    const accepted = status !== null && status < 300;
    return end !== undefined && forwardedAt !== null && forwardedAt > end && accepted
      ? [{ at: forwardedAt, text: `${path} was answered ${status} for ${session}, over for ${forwardedAt - end} ms` }]
      : [];
  });
  return { promise: 'nothing is accepted after an acknowledged end', checked: endedAt.size, violations };
}

/** A token of 5 seconds is renewed half its life before its end, up to a tenth earlier, and lives up to a twentieth less. */
const soonestMs = 1700;
const windowMs = 10_000;

/** However much goes wrong, refreshes stay few. `most` requests to the token endpoint in any ten seconds. */
export function refreshesAreBounded({ events, exchanges, askedRefreshes, endedAt }: Evidence, most: number): Finding {
  const violations: Violation[] = [];
  const rotations = events.filter(({ type }) => type === 'session.refreshed');
  const ends = events.filter(({ type }) => type === 'session.revoked' || type === 'user.sessions_revoked').length;
  let allowed = askedRefreshes + 2 * ends;
  for (const { sessionId, at } of events.filter(({ type }) => type === 'session.created')) {
    const last = rotations.findLast((each) => each.sessionId === sessionId)?.at;
    if (last !== undefined) allowed += Math.ceil((last - at) / soonestMs) + 1;
  }
  if (rotations.length > allowed)
    violations.push({ at: endedAt, text: `${rotations.length} refreshes, where ${allowed} would have done` });
  const { at, count } = busiest(exchanges);
  if (count > most)
    violations.push({ at, text: `${count} requests to the token endpoint within ${windowMs / 1000} s` });
  return { promise: 'refreshes are few', checked: rotations.length, violations };
}

/** The most requests to the token endpoint within ten seconds, and when those ended. Such that never arrived count too. */
export function busiest(exchanges: readonly Exchange[]): { at: number; count: number } {
  const sent = exchanges.flatMap(({ path, at }) => (path === '/token' ? [at] : [])).toSorted((a, b) => a - b);
  let most = { at: 0, count: 0 };
  let from = 0;
  for (const [index, at] of sent.entries()) {
    while ((sent[from] ?? at) <= at - windowMs) from += 1;
    if (index - from + 1 > most.count) most = { at, count: index - from + 1 };
  }
  return most;
}

/** A session that a tab showed and shows no more has ended at the server too, unless the browser forgot it. */
export function revocationsArrive({ states, calms, acts, events }: Evidence): Finding {
  const created = new Map(events.flatMap((e) => (e.type === 'session.created' ? [[e.sessionId, e] as const] : [])));
  const calm = calms.at(-1);
  const shown = new Set(
    states.flatMap(({ session, at }) => (session !== null && at <= (calm?.at ?? 0) ? [session] : [])),
  );
  const current = new Set(calm?.tabs.map(({ session }) => session));
  const left = [...shown].filter((session) => !current.has(session));
  const violations = left.flatMap((session): Violation[] => {
    const birth = created.get(session);
    if (!birth) return [{ at: calm?.at ?? 0, text: `a tab showed ${session}, which the server never made` }];
    const ended = hasEnded(session, events);
    const forgotten = acts.some(
      (act) => act.kind === 'storage_cleared' && (act.until ?? Number.POSITIVE_INFINITY) >= birth.at,
    );
    const leftAt = states.findLast((state) => state.session === session)?.at ?? 0;
    return ended || forgotten
      ? []
      : [{ at: leftAt, text: `${session} was left after this, and still lives at the server` }];
  });
  return { promise: 'every revocation reaches the server', checked: left.length, violations };
}

/** Whether the server had ended a session by then. */
export function hasEnded(session: string, events: Evidence['events'], by: number = Number.POSITIVE_INFINITY): boolean {
  const birth = events.find(({ type, sessionId }) => type === 'session.created' && sessionId === session);
  return events.some(({ type, sessionId, userId, at }) => {
    if (at >= by) return false;
    if (type === 'user.sessions_revoked') return birth?.userId === userId && at >= birth.at;
    const isEnd = type === 'session.revoked' || type === 'session.expired' || type === 'session.reuse_detected';
    return isEnd && sessionId === session;
  });
}
