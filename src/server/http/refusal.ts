import type { Problem } from '../../protocol/problem.ts';
import { SessionError, type SessionErrorCode, type SessionErrorOptions } from '../../protocol/session-error.ts';

/** What a {@link Refusal} adds to an error. */
export interface RefusalOptions extends SessionErrorOptions {
  headers?: Record<string, string>;
  /** Further members of the problem document. */
  members?: Partial<Problem>;
}

/** An error that knows how it goes over HTTP. */
export class Refusal extends SessionError {
  readonly headers: Record<string, string>;
  readonly members: Partial<Problem>;

  constructor(code: SessionErrorCode, message: string, options: RefusalOptions = {}) {
    const { headers = {}, members = {}, ...rest } = options;
    super(code, message, rest);
    this.headers = headers;
    this.members = members;
  }
}

/** The refusal for a request that is wrong in itself. */
export function badRequest(message: string, status: 400 | 413 | 415 = 400): Refusal {
  return new Refusal(status === 413 ? 'payload_too_large' : 'invalid_argument', message, { status });
}
