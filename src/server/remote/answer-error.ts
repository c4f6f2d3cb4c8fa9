import { isHTTPError, isNetworkError, isTimeoutError } from 'ky';
import { problemSchema } from '../../protocol/problem.ts';
import { isSessionError, SessionError } from '../../protocol/session-error.ts';
import { isErrorCode } from '../operations/next-step.ts';

/** Longer than this is for the caller to wait. */
const longestWaitMs = 10_000;

/**
 * What went wrong in a request, as the local engine would say it. ky's own errors hold the request with its key, so they go no
 * further, not even as a cause.
 */
export function answerError(what: string, error: unknown): SessionError {
  if (isSessionError(error)) return error;
  if (isHTTPError(error)) return problemError(what, error.response, error.data);
  if (isTimeoutError(error))
    return new SessionError('timeout', `${what} got no answer in time. Whether it was done is not known; try again.`);
  if (isNetworkError(error) || error instanceof TypeError)
    return new SessionError(
      'network_error',
      `${what} did not reach the session server, or its answer was lost; try again.`,
      {
        cause: isNetworkError(error) ? error.cause : error,
      },
    );
  if (error instanceof SyntaxError) return foreignAnswer(what, 200);
  if (error instanceof Error && error.name === 'AbortError')
    return new SessionError('aborted', `${what} was stopped.`, { retryable: false });
  return new SessionError('network_error', `${what} failed; try again.`);
}

/** An answer that is not our server's. */
export function foreignAnswer(what: string, status: number): SessionError {
  return new SessionError(
    'unexpected_answer',
    `${what} was answered with status ${status} by something that is not a session server, or not of this version. Check the url.`,
    { status, retryable: status >= 500 },
  );
}

/** Whether the server wants to be asked again soon enough. */
export function isWorthWaiting(error: unknown): boolean {
  return !isHTTPError(error) || (retryAfterMs(error.response) ?? 0) <= longestWaitMs;
}

function problemError(what: string, response: Response, body: unknown): SessionError {
  const { status } = response;
  const { code, detail, reason } = problemSchema.safeParse(body).data ?? {};
  if (code === undefined || !isErrorCode(code)) return foreignAnswer(what, status);
  const waitMs = retryAfterMs(response);
  return new SessionError(code, detail ?? `${what} was refused (${code}).`, {
    status,
    ...(reason !== undefined && { reason }),
    ...(waitMs !== undefined && { retryAfterMs: waitMs }),
  });
}

/** `Retry-After`: seconds, or an HTTP date (RFC 9110 section 10.2.3). */
function retryAfterMs({ headers }: Response): number | undefined {
  const value = headers.get('retry-after');
  if (!value) return undefined;
  const date = Date.parse(headers.get('date') ?? '') || Date.now();
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - date;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
