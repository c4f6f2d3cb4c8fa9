import { SessionError } from '../../protocol/session-error.ts';
import type { RefreshOutcome, Sessions } from '../engine/sessions.ts';
import { create, reissue } from '../operations/create-session.ts';
import * as end from '../operations/end-sessions.ts';
import * as log from '../operations/events.ts';
import { claimsChanged, extend, reauthenticated, renew, setEnd, touch } from '../operations/move-session.ts';
import * as look from '../operations/read-session.ts';
import { refresh, type RefreshAnswer } from '../operations/refresh-session.ts';
import { sweep, sweepUser } from '../operations/sweep.ts';
import { createRequests, type Requests } from './call-operation.ts';
import { toEvent, toIssued, toSession } from './from-wire.ts';
import { createRemoteData, createRemoteScoped } from './remote-data.ts';
import { createRemoteRemember } from './remote-remember.ts';
import { createRemoteTypes, createRemoteUsers } from './remote-types.ts';
import { createSubscriptions } from './subscriptions.ts';
import { toNewSession, toWireDuration, toWireMoment, toWirePage } from './to-wire.ts';

/** What {@link connectSessions} takes. */
export interface ConnectOptions {
  /** Where the session server is, with its base path: `'https://auth.example.com'`. Over the open network only by https. */
  url: string;
  /** One of the `adminKeys` of that server. Keep it on back ends. */
  apiKey: string;
  /** Default: the runtime's. */
  fetch?: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** How long one attempt may take, in milliseconds. Default: 10 000. */
  timeoutMs?: number;
  /**
   * How often a call is repeated that got no answer, or 502, 503, 504; only where doing it twice does no harm. A 429 is always
   * repeated. `Retry-After` is waited for up to ten seconds. Default: 2; 0 for never.
   */
  retry?: number;
  /**
   * Told when events may be lost to listeners: the event stream was away for too long, or broke off before its first event.
   * Default: nobody is.
   */
  onMissedEvents?: () => void;
  /** Told when a listener fails, or the event stream is refused. Default: nobody is. */
  onError?: (error: unknown) => void;
}

/**
 * The session engine of another process, over the admin routes of its server: the same interface, the same answers, the same
 * errors, and besides them `network_error`, `timeout` and `unexpected_answer`. A call that was repeated after a lost answer may
 * say of an end that there was nothing left to end.
 *
 * @throws SessionError `invalid_argument` for a url or a key that cannot be used
 * @example
 * ```ts
 * const sessions = connectSessions({ url: 'https://auth.example.com', apiKey: process.env.SESSIONS_KEY });
 * await sessions.revokeAll('user_1');
 * ```
 */
export function connectSessions(options: ConnectOptions): Sessions {
  const { timeoutMs = 10_000, retry = 2, onMissedEvents = () => {}, onError = () => {}, ...reach } = options;
  const requests = createRequests({ ...reach, timeoutMs, retry });
  const streams = createSubscriptions({ openEvents: requests.openEvents, onMissed: onMissedEvents, onError });
  let isClosed = false;

  /** Who subscribes and then does something wants to be told of it. */
  const call: Requests['call'] = async (operation, input) => {
    await streams.settled();
    if (isClosed) throw new SessionError('store_unavailable', 'This connection to the session server was closed.');
    return requests.call(operation, input);
  };

  return {
    create: async (input) => toIssued(await call(create, toNewSession(input))),
    get: async (id) => {
      const found = await call(look.get, { id });
      return found && toSession(found.session);
    },
    inspect: async (id) => {
      const found = await call(look.inspect, { id });
      return found && toSession(found.session);
    },
    getByToken: async (token) => {
      const found = await call(look.getByToken, { token });
      return found && toSession(found.session);
    },
    isValid: async (id) => (await call(look.isValid, { id })).valid,
    timeRemaining: async (id) => (await call(look.timeRemaining, { id })).remaining_ms,
    check: async (id, stamp) => {
      const found = await call(look.check, { id, stamp });
      return found.ok ? { ok: true, session: toSession(found.session) } : found;
    },
    refresh: async ({ refreshToken, attemptKey, attemptKeys, keyThumbprint, cookieMode }) =>
      toOutcome(
        await call(refresh, {
          refresh_token: refreshToken,
          attempt_key: attemptKey,
          key_thumbprint: keyThumbprint,
          ...(attemptKeys && { attempt_keys: [...attemptKeys] }),
          ...(cookieMode !== undefined && { cookie_mode: cookieMode }),
        }),
      ),
    reissue: async (id) => toIssued(await call(reissue, { id })),
    touch: async (id, action) =>
      toSession((await call(touch, { id, ...(action !== undefined && { action }) })).session),
    reauthenticated: async (id, how) => toSession((await call(reauthenticated, { id, ...how })).session),
    extend: async (id, by) => moved(await call(extend, { id, ...(by !== undefined && { by: toWireDuration(by) }) })),
    setEnd: async (id, at) => moved(await call(setEnd, { id, at: toWireMoment(at) })),
    renew: async (id) => toSession((await call(renew, { id })).session),
    revoke: async (id, reason) => (await call(end.revoke, { id, reason })).was_live,
    revokeByToken: async (token, keyThumbprint) =>
      (await call(end.revokeByToken, { token, key_thumbprint: keyThumbprint })).was_live,
    revokeAll: async (userId) => {
      const { count, not_before: notBefore } = await call(end.revokeAll, { user_id: userId });
      return { count, notBefore };
    },
    revokeOthers: async (userId, keepId) => {
      const answer = await call(end.revokeOthers, { user_id: userId, keep_id: keepId });
      return { count: answer.count, notBefore: answer.not_before, kept: toIssued(answer) };
    },
    revokeEverybody: async () => ({
      notBefore: (await call(end.revokeEverybody, { confirm: 'everybody' })).not_before,
    }),
    claimsChanged: async (userId) => call(claimsChanged, { user_id: userId }),
    revokeOfType: async (userId, tag, { except } = {}) =>
      call(end.revokeOfType, { user_id: userId, tag, ...(except !== undefined && { except }) }),
    list: async (userId, page = {}) => {
      const { sessions, cursor } = await call(look.list, { user_id: userId, ...toWirePage(page) });
      return { sessions: sessions.map(toSession), cursor };
    },
    data: createRemoteData({ call }),
    scoped: createRemoteScoped({ call }),
    types: createRemoteTypes({ call }),
    users: createRemoteUsers({ call }),
    remember: createRemoteRemember({ call }),
    subscribe: (listener, filter) => (isClosed ? () => {} : streams.subscribe(listener, filter)),
    events: async ({ userId, ...query }) =>
      (await call(log.list, { user_id: userId, ...toWirePage(query) })).events.map(toEvent),
    sweep: async () => (await call(sweep, {})).removed,
    sweepUser: async (userId) => (await call(sweepUser, { user_id: userId })).removed,
    close: async () => {
      isClosed = true;
      streams.close();
    },
  };
}

function moved({ session, clamped }: Awaited<ReturnType<typeof extend.run>>): Awaited<ReturnType<Sessions['extend']>> {
  return { session: toSession(session), clamped };
}

function toOutcome(answer: RefreshAnswer): RefreshOutcome {
  switch (answer.outcome) {
    case 'stale':
      return { outcome: 'stale', sessionId: answer.session_id, generation: answer.generation };
    case 'ended':
      return { outcome: 'ended', reason: answer.reason, sessionId: answer.session_id };
    case 'wrong_key':
      return { outcome: 'wrong_key', sessionId: answer.session_id };
    case 'too_many_replays':
      return { outcome: 'too_many_replays', retryAfterMs: answer.retry_after_ms };
    default:
      return { outcome: answer.outcome, ...toIssued(answer) };
  }
}
