import type { Problem } from '../../protocol/problem.ts';
import { SessionError, type SessionErrorCode } from '../../protocol/session-error.ts';

/** What is told of an HTTP answer that is not the one that was asked for. */
export interface Refused {
  status: number;
  /** The problem in its body, when there is one. */
  problem: Problem | null | undefined;
  /** `Retry-After`, in milliseconds from now. */
  retryAfterMs: number | undefined;
}

/** Codes of our server that a caller can act on. Words of strangers never become codes: those are told by their status. */
const codes: ReadonlySet<string> = /* @__PURE__ */ new Set<SessionErrorCode>([
  'absolute_limit',
  'claims_stale',
  'data_invalid',
  'data_not_serializable',
  'forbidden',
  'invalid_argument',
  'invalid_credentials',
  'invalid_dpop_proof',
  'invalid_token',
  'not_allowed_origin',
  'not_found',
  'payload_too_large',
  'rate_limited',
  'session_ended',
  'session_not_found',
  'step_up_required',
  'store_unavailable',
  'token_expired',
  'unauthenticated',
  'version_conflict',
]);

/** An HTTP answer as the error it stands for. The message holds the status and our code, and nothing of the body. */
export function answerError(what: string, { status, problem, retryAfterMs }: Refused): SessionError {
  const told = problem?.code ?? '';
  const code = codes.has(told) ? (told as SessionErrorCode) : byStatus(status);
  return new SessionError(code, `${what} failed: the server answered ${status} (${code}).`, {
    status,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(code === 'session_ended' && problem?.reason && { reason: problem.reason }),
  });
}

function byStatus(status: number): SessionErrorCode {
  return status === 429 ? 'rate_limited' : status >= 500 ? 'server_error' : 'unexpected_answer';
}

/** A request without an answer. What the browser believes about the network names the error, and decides nothing else. */
export function noAnswer(what: string, cause: unknown, seemsOnline: boolean): SessionError {
  return seemsOnline
    ? new SessionError('network_error', `${what} failed: the server cannot be reached. Try again later.`, { cause })
    : new SessionError('offline', `${what} failed: this device is offline. Try again when it is back.`, { cause });
}
