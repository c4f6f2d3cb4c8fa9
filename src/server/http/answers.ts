import type { Problem } from '../../protocol/problem.ts';
import { isSessionError, SessionError, type SessionErrorCode } from '../../protocol/session-error.ts';
import { Refusal } from './refusal.ts';

/** Whatever a session server says is for one person and one moment; what may be cached overrides it. */
const basics = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };

/** An answer in JSON that no cache keeps. */
export function jsonAnswer(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json', ...basics, ...headers },
  });
}

/** An answer without a body. */
export function emptyAnswer(): Response {
  return new Response(null, { status: 204, headers: basics });
}

const statusOf: Partial<Record<SessionErrorCode, number>> = {
  invalid_argument: 400,
  invalid_duration: 400,
  invalid_selector: 400,
  invalid_dpop_proof: 400,
  use_dpop_nonce: 400,
  data_invalid: 422,
  data_not_serializable: 422,
  selector_unresolved: 422,
  payload_too_large: 413,
  not_supported: 501,
  not_allowed_origin: 403,
  forbidden: 403,
  unauthenticated: 401,
  invalid_credentials: 401,
  invalid_token: 401,
  token_expired: 401,
  token_superseded: 401,
  claims_stale: 401,
  session_ended: 401,
  step_up_required: 401,
  session_not_found: 404,
  session_type_not_found: 404,
  not_found: 404,
  session_exists: 409,
  session_type_exists: 409,
  stale_generation: 409,
  version_conflict: 409,
  absolute_limit: 409,
  rate_limited: 429,
  store_unavailable: 503,
  timeout: 503,
};
const defaultRetryMs = 1000;

/** The codes that answers can have. */
export function problemCodes(): string[] {
  return [...Object.keys(statusOf), 'server_error'].toSorted();
}

/** A problem document (RFC 9457) for an error. What is not a {@link SessionError} shows nothing of itself. */
export function problemAnswer(error: unknown): Response {
  const known = isSessionError(error) ? error : unexpected();
  const status = known.status ?? statusOf[known.code] ?? 500;
  const body: Problem & { type: string } = {
    type: `urn:sojourn:problem:${known.code}`,
    title: known.code.replaceAll('_', ' '),
    status,
    code: known.code,
    detail: known.message,
    ...(known.reason === undefined ? {} : { reason: known.reason }),
    ...(known instanceof Refusal ? known.members : {}),
  };
  return jsonAnswer(body, status, {
    'Content-Type': 'application/problem+json',
    ...retryHeader(known, status),
    ...(known instanceof Refusal ? known.headers : {}),
  });
}

function retryHeader(error: SessionError, status: number): Record<string, string> {
  if (status !== 429 && status !== 503) return {};
  return { 'Retry-After': String(Math.max(1, Math.ceil((error.retryAfterMs ?? defaultRetryMs) / 1000))) };
}

function unexpected(): SessionError {
  return new SessionError('server_error', 'Something failed in the server; try again later.');
}

/** An error of RFC 6749 section 5.2, with our `code`. */
export function oauthAnswer(
  error: string,
  code: SessionErrorCode,
  description: string,
  extra: { reason?: string; headers?: Record<string, string> } = {},
): Response {
  // RFC 6749 section 5.2 allows neither quotes nor backslashes in the description.
  const said = description.replaceAll(/["\\]/g, "'");
  const reason = extra.reason === undefined ? {} : { reason: extra.reason };
  return jsonAnswer({ error, error_description: said, code, ...reason }, 400, { Pragma: 'no-cache', ...extra.headers });
}
