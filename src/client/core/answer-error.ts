import { SessionError, type SessionErrorCode } from '../../protocol/session-error.ts';
import type { Problem } from '../../protocol/problem.ts';

/** What is told of an HTTP answer that is not the one that was asked for. */
export interface Refused {
  status: number;
  /** The problem in its body, when there is one that reads as ours. */
  problem: Problem | null;
  /** `Retry-After`, in milliseconds from now. */
  retryAfterMs?: number | undefined;
  /** Further codes that count where the request went; any other is read by its status. */
  codes?: ReadonlySet<string>;
}

/** Codes of our server that mean the same to every caller. Words of strangers never become codes. */
const commonCodes: ReadonlySet<string> = /* @__PURE__ */ new Set<SessionErrorCode>([
  'invalid_argument',
  'invalid_credentials',
  'invalid_dpop_proof',
  'not_allowed_origin',
  'payload_too_large',
  'rate_limited',
  'server_error',
  'store_unavailable',
]);

/** An HTTP answer as the error it stands for. Its message holds the status and our code, and nothing of the body. */
export function answerError(what: string, { status, problem, retryAfterMs, codes }: Refused): SessionError {
  const told = problem?.code;
  const known =
    told !== undefined && (commonCodes.has(told) || codes?.has(told)) ? (told as SessionErrorCode) : byStatus(status);
  const error = new SessionError(known, `${what} failed: the server answered ${status} (${known}).`, {
    status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(known === 'session_ended' && problem?.reason ? { reason: problem.reason } : {}),
  });
  return error;
}

function byStatus(status: number): SessionErrorCode {
  if (status === 429) return 'rate_limited';
  return status >= 500 ? 'server_error' : 'unexpected_answer';
}

/** A request without an answer. `seemsOnline` is what the browser believes; it names the error and decides nothing else. */
export function noAnswer(what: string, cause: unknown, seemsOnline: boolean): SessionError {
  return seemsOnline
    ? new SessionError('network_error', `${what} failed: the server could not be reached. Try again later.`, { cause })
    : new SessionError('offline', `${what} failed: this device is offline. Try again when it is back.`, { cause });
}
