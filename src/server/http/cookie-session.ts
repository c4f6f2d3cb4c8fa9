import type { Session, Sessions } from '../engine/sessions.ts';
import { refreshCookiesIn } from './refresh-cookie.ts';

/** What {@link readCookieSession} takes. */
export interface CookieSessionOptions {
  /** The engine, or `connectSessions(...)`. */
  sessions: Pick<Sessions, 'getByToken'>;
  /** Which session is meant, where a browser may have several. Default: see {@link readCookieSession}. */
  sessionId?: string;
}

/** Nobody has so many sessions in one browser. */
const mostLookedAt = 16;

/**
 * Who is signed in, by the cookie of a request for a page (cookie mode): for servers that render. Checks the cookie's MAC and asks
 * the store. Nothing is rotated, issued or moved, so it may be asked as often as pages are.
 *
 * Several sessions in one browser: the newest one of a person; null where they are of several people and `sessionId` names none.
 * Null also when the page was opened from another site: browsers leave this cookie out then. So null is "not known", and the page
 * is rendered as loading.
 *
 * The cookie alone is no proof of the key that a session may be bound to: show with it what the page shows, and let APIs ask for
 * an access token as ever. Send the page with `Cache-Control: private, no-store`.
 *
 * @param request a `Request`, or anything else with standard `headers`
 * @throws SessionError `store_unavailable`: render as loading
 * @example
 * ```ts
 * const session = await readCookieSession(request, { sessions });
 * const initial = session === null ? undefined : initialState(session, await findUser(session.userId));
 * ```
 */
export async function readCookieSession(
  request: { headers: Headers },
  { sessions, sessionId }: CookieSessionOptions,
): Promise<Session | null> {
  const cookies = refreshCookiesIn(request.headers.get('cookie') ?? '');
  const meant = sessionId === undefined ? cookies : cookies.filter((cookie) => cookie.sessionId === sessionId);
  const looked = meant.slice(0, mostLookedAt);
  const found = await Promise.all(looked.map(({ refreshToken }) => sessions.getByToken(refreshToken)));
  const live = found.filter((session) => session !== null).toSorted((a, b) => b.createdAt - a.createdAt);
  const [newest = null] = live;
  return live.every(({ userId }) => userId === newest?.userId) ? newest : null;
}

/** What a page shows until its manager has read its vault: a `SessionState` of the client, as JSON. */
export interface InitialState<U extends { id: string }> {
  status: 'authenticated';
  user: U;
  session: Pick<Session, 'id' | 'type' | 'createdAt' | 'absoluteEndsAt' | 'idleTimeoutMs' | 'remembered'>;
  connection: 'online';
  persistence: 'persistent';
}

/**
 * The `initialState` of `SessionProvider` (`sojourn/react`), for the server's render and, sent along as JSON, for the browser's
 * first one. Nothing in it is secret, but what you put into `user`.
 */
export function initialState<U extends { id: string }>(session: Session, user: U): InitialState<U> {
  const { id, type, createdAt, absoluteEndsAt, idleTimeoutMs, remembered } = session;
  return {
    status: 'authenticated',
    user,
    session: { id, type, createdAt, absoluteEndsAt, idleTimeoutMs, remembered },
    connection: 'online',
    persistence: 'persistent',
  };
}
