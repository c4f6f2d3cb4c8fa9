import type { SessionController, Session } from './session-controller.ts';
import type { SessionCookie, SessionCookieController } from './session-cookie-controller.ts';

/** The row of a session in your database. It may hold anything else. */
export interface StoredSession {
  id: string;
  expires: Date;
}

/** Your database, as {@link handleSession} needs it. */
export interface SessionRows<Row extends StoredSession> {
  getSession(id: string): Promise<Row | null | undefined>;
  updateSession(id: string, change: { expires: Date }): Promise<unknown>;
  deleteSession(id: string): Promise<unknown>;
}

/** What a request's cookie led to. */
export interface HandledSession<Row extends StoredSession> {
  /** The live session, or null when the request has none. */
  session: Session | null;
  /** Its row as it was read, with what else you keep there. */
  row: Row | null;
  /** To be sent as `Set-Cookie` with the answer; null when the browser's cookie is right as it is. */
  cookie: SessionCookie | null;
}

/**
 * The session of a request: reads the cookie, looks the row up, renews row and cookie when that is due. A dead session loses
 * its row, and a cookie without a live session is blanked. The row is written before a cookie is handed out, and a database
 * that fails rejects: it is never "no session".
 *
 * @example
 * ```ts
 * const { session, row, cookie } = await handleSession(request, rows, { sessions, cookies });
 * if (cookie) headers.append('Set-Cookie', cookie.serialize());
 * if (!session) return new Response('Sign in', { status: 401, headers });
 * ```
 */
export async function handleSession<Row extends StoredSession>(
  request: Request,
  store: SessionRows<Row>,
  controllers: { sessions: SessionController; cookies: SessionCookieController },
): Promise<HandledSession<Row>> {
  const { sessions, cookies } = controllers;
  const id = cookies.parseCookies(request.headers.get('Cookie'));
  if (!id) return { session: null, row: null, cookie: null };
  const row = await store.getSession(id);
  if (!row) return { session: null, row: null, cookie: cookies.createBlankSessionCookie() };
  const session = sessions.validateSessionState(row.id, row.expires);
  if (session === null) return { session, row: null, cookie: await endSession(row.id, store, cookies) };
  if (!session.fresh) return { session, row, cookie: null };
  await store.updateSession(session.sessionId, { expires: session.expiresAt });
  return { session, row, cookie: cookies.createSessionCookie(session.sessionId) };
}

/** Signs out: deletes the row, then answers the cookie that makes the browser forget its own. */
export async function endSession<Row extends StoredSession>(
  sessionId: string,
  store: Pick<SessionRows<Row>, 'deleteSession'>,
  cookies: SessionCookieController,
): Promise<SessionCookie> {
  await store.deleteSession(sessionId);
  return cookies.createBlankSessionCookie();
}
