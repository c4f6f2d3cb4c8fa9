import { durationMs, type Duration } from '../../protocol/duration.ts';
import { SessionError } from '../../protocol/session-error.ts';
import { checkAcr } from '../../protocol/acr.ts';
import type { AccessClaims } from './access-claims.ts';

/** What an API asks of the last time that a person proved who they are. What is left out is not asked for. */
export interface StepUpDemand {
  /** How long ago that may be at most. */
  maxAge?: Duration;
  /** How it must have been done (`acr`): any of these. */
  acr?: string | readonly string[];
  /** Epoch milliseconds. Default: the machine's clock. */
  now?: () => number;
}

/**
 * `step_up_required`: the person has to prove again who they are (RFC 9470). Answer it with `status` and `headers`, and with a
 * JSON body that has the `code`: pages of other origins seldom see `WWW-Authenticate`.
 */
export class StepUpRequired extends SessionError {
  /** `WWW-Authenticate` with `insufficient_user_authentication`, and `max_age` (seconds) and `acr_values` where they are asked for. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(challenge: string) {
    super('step_up_required', 'This needs a newer or a stronger proof of who you are: authenticate again.', {
      status: 401,
    });
    this.headers = { 'WWW-Authenticate': challenge };
  }
}

/**
 * Lets a request pass whose person proved who they are lately, or strongly, enough for it: by `auth_time` and `acr` of the
 * access token (RFC 9470). Give it the claims that `verifyAccessToken` answered.
 *
 * @throws StepUpRequired, a SessionError `step_up_required` (401), when it was too long ago, or done in another way; SessionError
 *   `invalid_duration` or `invalid_argument` for a demand that is none
 * @example
 * ```ts
 * const claims = await verifyAccessToken(request, { jwks, issuer, audience });
 * demandStepUp(claims, { maxAge: '5m' }); // before a password is changed
 * ```
 */
export function demandStepUp(
  claims: Pick<AccessClaims, 'auth_time' | 'acr' | 'cnf'>,
  { maxAge, acr = [], now = Date.now }: StepUpDemand,
): void {
  const maxAgeMs = maxAge === undefined ? Infinity : durationMs(maxAge);
  const accepted = typeof acr === 'string' ? [acr] : acr;
  for (const one of accepted) checkAcr(one);
  // A token that does not say when has never been new enough.
  const isRecent = maxAgeMs === Infinity || now() - claims.auth_time * 1000 <= maxAgeMs;
  const isStrong = accepted.length === 0 || (claims.acr !== undefined && accepted.includes(claims.acr));
  if (isRecent && isStrong) return;
  const scheme = claims.cnf === undefined ? 'Bearer' : 'DPoP';
  const asked = [
    `${scheme} error="insufficient_user_authentication"`,
    'error_description="Authenticate again"',
    ...(maxAgeMs === Infinity ? [] : [`max_age="${Math.floor(maxAgeMs / 1000)}"`]),
    ...(accepted.length === 0 ? [] : [`acr_values="${accepted.join(' ')}"`]),
  ];
  throw new StepUpRequired(asked.join(', '));
}
