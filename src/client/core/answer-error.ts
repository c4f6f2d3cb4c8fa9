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

/**
 * An HTTP answer as the error it stands for: by the server's code where it is one of `codes`, else by the status. The words of
 * strangers never become codes. The message holds status and code, and nothing of the body.
 */
export function answerError(
  what: string,
  { status, problem, retryAfterMs }: Refused,
  codes: readonly SessionErrorCode[],
): SessionError {
  const told = codes.find((code) => code === problem?.code);
  const code = told ?? (status === 429 ? 'rate_limited' : status >= 500 ? 'server_error' : 'unexpected_answer');
  return new SessionError(code, `${what} failed: the server answered ${status} (${code}).`, {
    status,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(code === 'session_ended' && problem?.reason && { reason: problem.reason }),
  });
}

/** A request without an answer. What the browser believes about the network names the error, and decides nothing else. */
export function noAnswer(what: string, cause: unknown, seemsOnline: boolean): SessionError {
  const why = seemsOnline ? 'the server cannot be reached' : 'this device is offline';
  return new SessionError(seemsOnline ? 'network_error' : 'offline', `${what} failed: ${why}. Try again later.`, {
    cause,
  });
}
