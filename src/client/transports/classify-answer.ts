import { refusalReasons, type EndReason } from '../../protocol/end-reason.ts';
import { problemSchema, type Problem } from '../../protocol/problem.ts';
import { SessionError } from '../../protocol/session-error.ts';
import { answerError } from '../core/answer-error.ts';
import { retryAfterMs } from '../core/retry-after.ts';
import type { Grant, TokenAnswer } from '../core/transport.ts';
import type { Answer } from './exchange.ts';

/** What a token endpoint may say that a caller can act on. */
const codes = [
  'invalid_argument',
  'invalid_credentials',
  'invalid_dpop_proof',
  'not_allowed_origin',
  'payload_too_large',
  'store_unavailable',
] as const;

/** Reads the grant in a body; null when it is none. */
export type ReadGrant = (json: unknown) => Grant | null;

/**
 * What our own server's answer to a refresh means. Only a 400 whose JSON says `invalid_grant`, and why, ends a session:
 * everything that a proxy, a firewall or a captive portal can say is `failed`. Only cookie mode takes over the generation that
 * a stale answer names.
 */
export function refreshAnswer(answer: Answer, grantOf: ReadGrant, cookies: boolean): TokenAnswer {
  const { status } = answer;
  const { error, code, reason, generation } = problemOf(answer);
  if (status === 400 && error === 'invalid_grant' && reason)
    return { kind: 'ended', reason: endReason(reason), foreign: false };
  if (status === 409 && code === 'stale_generation')
    return { kind: 'stale', generation: (cookies ? generation : null) ?? null };
  return grantAnswer('The refresh', answer, grantOf);
}

/**
 * What a stranger's answer to a refresh means. It gives no reasons: a bare `invalid_grant` is all there is. RFC 6749
 * section 5.2 says 400; Auth0 answers 403 and others 401, with the same JSON.
 */
export function foreignRefreshAnswer(answer: Answer, grantOf: ReadGrant): TokenAnswer {
  if ([400, 401, 403].includes(answer.status) && problemOf(answer).error === 'invalid_grant')
    return { kind: 'ended', reason: 'refresh_rejected', foreign: true };
  return grantAnswer('The refresh', answer, grantOf);
}

/** What the answer to a request for tokens means, when nothing in it can end a session: a sign-in. */
export function grantAnswer(what: string, answer: Answer, grantOf: ReadGrant): TokenAnswer {
  const { status, headers } = answer;
  const problem = problemOf(answer);
  const nonce = headers.get('dpop-nonce');
  // The token endpoint says it in `error`, the rest of our server in `code`.
  if (nonce && [problem.error, problem.code].includes('use_dpop_nonce')) return { kind: 'use_nonce', nonce };
  const grant = status === 200 || status === 201 ? grantOf(answer.json) : null;
  if (grant) return { kind: 'granted', grant };
  const waitMs = retryAfterMs(headers.get('retry-after'), headers.get('date'), Date.now());
  return { kind: 'failed', error: answerError(what, { status, problem, retryAfterMs: waitMs }, codes) };
}

function problemOf({ json }: Answer): Problem {
  return problemSchema.safeParse(json).data ?? {};
}

/** A reason this version does not know, or `unknown` (a token that was never issued), still is a refusal of our server. */
function endReason(reason: string): EndReason {
  const known = refusalReasons.find((one) => one === reason);
  return known === undefined || known === 'unknown' ? 'refresh_rejected' : known;
}

/**
 * Whether a revocation is done with: taken (RFC 7009 section 2.2: 200, also for a token that was never known), or refused for
 * good by a 400 in JSON. A captive portal says 200 too, with a page.
 */
export function revocationAnswer({ status, type, json }: Pick<Answer, 'status' | 'type' | 'json'>): boolean {
  return status === 200 ? !/html/i.test(type) : status === 400 && json !== undefined;
}

/** @throws SessionError `invalid_token` when there is no grant */
export function demandGrant(grant: Grant | null): Grant {
  if (grant) return grant;
  throw new SessionError('invalid_token', 'These tokens cannot be used: they are not a token response of this server.');
}
