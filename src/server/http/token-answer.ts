import type { SessionView, User } from '../../protocol/session-view.ts';
import { isSessionError, SessionError } from '../../protocol/session-error.ts';
import type { TokenResponse } from '../../protocol/token-response.ts';
import type { JsonObject } from '../engine/json.ts';
import type { IssuedSession, Session } from '../engine/sessions.ts';
import { jsonAnswer } from './answers.ts';
import { currentUser } from './directory.ts';
import { refreshCookie } from './refresh-cookie.ts';
import type { Service } from './service.ts';
import { instant, instantOrNull } from './session-view.ts';

/** What goes into a token answer besides the session. */
export interface TokenAnswerOptions {
  /** Whether the access token carries the session's key too, or only the refresh token is bound to it. */
  bound: boolean;
  user?: User | undefined;
  session?: SessionView | undefined;
  status?: number;
  /** Where the browser holds the session, for its cookie. Default: nobody said. */
  place?: string | null;
}

/** Signs an access token for a session and tells its client all there is to know (RFC 6749 section 5.1, and ours). */
export async function tokenAnswer(
  service: Service,
  issued: IssuedSession,
  options: TokenAnswerOptions,
): Promise<Response> {
  const { session, refreshToken } = issued;
  const body = await tokenBody(service, issued, options);
  const now = service.now();
  const headers = { Pragma: 'no-cache', Date: new Date(now).toUTCString() };
  const status = options.status ?? 200;
  if (!service.cookieMode) return jsonAnswer({ ...body, refresh_token: refreshToken }, status, headers);
  const cookie = refreshCookie(session, refreshToken, { now, place: options.place ?? null });
  return jsonAnswer(body, status, { ...headers, 'Set-Cookie': cookie });
}

/** A token response without the refresh token. */
export async function tokenBody(
  service: Service,
  { session, revocationToken, stamp }: IssuedSession,
  { bound, user, session: view }: TokenAnswerOptions,
): Promise<TokenResponse> {
  const claims = await ownClaims(service, session, user);
  const { token, tokenType, expiresIn } = await service.tokens.issue({ session, stamp, bound, claims }).catch(notOurs);
  return {
    access_token: token,
    token_type: tokenType,
    expires_in: expiresIn,
    generation: session.generation,
    session_id: session.id,
    session_expires_at: instantOrNull(session.absoluteEndsAt),
    idle_expires_at: instantOrNull(idleEnd(session)),
    idle_timeout: session.idleTimeoutMs === null ? null : session.idleTimeoutMs / 1000,
    server_time: instant(service.now()),
    revocation_token: revocationToken,
    ...(user ? { user } : {}),
    ...(view ? { session: view } : {}),
  };
}

async function ownClaims(service: Service, session: Session, user: User | undefined): Promise<JsonObject | undefined> {
  if (!service.claims) return undefined;
  const known = user ?? (await currentUser(service, session.userId)) ?? { id: session.userId };
  return service.claims(session, known);
}

/** Claims that cannot be used are not the client's fault. */
function notOurs(cause: unknown): never {
  if (!isSessionError(cause) || cause.code !== 'invalid_argument') throw cause;
  throw new SessionError('server_error', 'The access token cannot be made: `claims` answered what it cannot hold.', {
    cause,
  });
}

function idleEnd({ idleTimeoutMs, lastActivityAt }: Session): number | null {
  return idleTimeoutMs === null ? null : lastActivityAt + idleTimeoutMs;
}
