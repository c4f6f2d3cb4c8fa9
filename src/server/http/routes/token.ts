import type { Context } from 'hono';
import { attemptsSchema, type Attempt } from '../../../protocol/attempts.ts';
import type { RefreshOutcome, RefreshRequest } from '../../engine/sessions.ts';
import { sha256 } from '../../tokens/sha256.ts';
import { oauthAnswer } from '../answers.ts';
import { currentUser } from '../directory.ts';
import { demand } from '../limits.ts';
import { oauthRoute } from '../oauth-errors.ts';
import { readRefreshCookie } from '../refresh-cookie.ts';
import { noteFacts } from '../observer.ts';
import { badRequest, Refusal } from '../refusal.ts';
import { readForm } from '../request-body.ts';
import { demandValid, idempotencyKeySchema, refreshFormSchema, type RefreshForm } from '../request-schemas.ts';
import type { Route, Service } from '../service.ts';
import { clearSpentCookies } from '../spent-cookie.ts';
import { tokenAnswer } from '../token-answer.ts';

/** `POST /token`: the refresh grant (RFC 6749 section 6), idempotent by attempt key. */
export const refresh: Route = oauthRoute(async (service, c) => {
  const fields = await readForm(c);
  // Two errors have names of their own in RFC 6749 section 5.2; all others are an invalid_request.
  if (fields.get('grant_type') !== 'refresh_token')
    return oauthAnswer('unsupported_grant_type', 'not_supported', 'Only refresh_token is granted here.');
  if (fields.has('client_id') && fields.get('client_id') !== service.tokens.clientId)
    return oauthAnswer('invalid_client', 'invalid_argument', 'This client_id is not the one of this server.');
  const form = demandValid(refreshFormSchema, Object.fromEntries(fields));
  service.proofs.demandBinding(form.binding);
  const request = await readRefresh(service, c, form);
  if (request === null) return ended('unknown');

  const { limits, sessions } = service;
  const counted = request.refreshToken.slice(0, lengthBeforeGeneration);
  // Only tokens with a genuine MAC are counted (below): a stranger who knows a session's id cannot use its limit up.
  demand(limits.refreshPerSession.wait(counted));
  const outcome = await sessions.refresh(request);
  if (isGenuine(outcome)) limits.refreshPerSession.take(counted);
  const sessionId = 'session' in outcome ? outcome.session.id : 'sessionId' in outcome ? outcome.sessionId : null;
  if (sessionId !== null) noteFacts(c, { sessionId });
  const place = service.cookieMode ? (readRefreshCookie(c, sessionId)?.place ?? null) : null;
  const answer = await answerOutcome(service, outcome, { bound: form.binding !== 'refresh', place });
  return outcome.outcome === 'ended' ? clearSpentCookies(service, c, answer) : answer;
});

/** Version, key and session of a token: what all the tokens of a session under one key begin with. */
const lengthBeforeGeneration = 40;

async function readRefresh(service: Service, c: Context, form: RefreshForm): Promise<RefreshRequest | null> {
  const attemptKey = readAttemptKey(c);
  const { cookieMode } = service;
  const refreshToken = cookieMode ? readRefreshCookie(c, form.session_id ?? null)?.refreshToken : form.refresh_token;
  if (cookieMode && form.refresh_token !== undefined)
    throw badRequest('This server keeps the refresh token in a cookie; send none in the form.');
  if (!cookieMode && !refreshToken) throw badRequest('The form has no refresh_token.');
  const attemptKeys = cookieMode ? readAttempts(form.attempts) : undefined;
  if (!refreshToken) return null;
  const keyThumbprint = await checkProof(service, c, refreshToken, attemptKey);
  return { refreshToken, attemptKey, keyThumbprint, cookieMode, ...(attemptKeys ? { attemptKeys } : {}) };
}

/**
 * A proof must name the attempt and the token it is for: RFC 9449 leaves the body unsigned (section 11.7), and neither may be
 * swapped. A page in cookie mode cannot see its token, so there `rth` may be absent.
 */
async function checkProof(service: Service, c: Context, token: string, key: string | null): Promise<string | null> {
  if (c.req.header('dpop') === undefined) return null;
  const rth = await sha256(token);
  if (service.cookieMode) {
    const thumbprint = await service.proofs.check(c, { claims: key === null ? {} : { idk: key }, demandClaims: true });
    return thumbprint;
  }
  return service.proofs.check(c, { claims: key === null ? { rth } : { idk: key, rth }, demandClaims: key !== null });
}

/** `Idempotency-Key`: a structured-field string (quoted), or the bare key. */
function readAttemptKey(c: Context): string | null {
  const header = c.req.header('idempotency-key');
  if (header === undefined) return null;
  return demandValid(idempotencyKeySchema, header).replaceAll('"', '');
}

function readAttempts(field: string | undefined): Attempt[] {
  if (field === undefined) return [];
  try {
    return attemptsSchema.parse(JSON.parse(field));
  } catch {
    throw badRequest('`attempts` must be a JSON array of at most five { generation, key }.');
  }
}

function isGenuine(outcome: RefreshOutcome): boolean {
  return outcome.outcome !== 'ended' || outcome.sessionId !== null;
}

async function answerOutcome(
  service: Service,
  outcome: RefreshOutcome,
  { bound, place }: { bound: boolean; place: string | null },
): Promise<Response> {
  switch (outcome.outcome) {
    case 'rotated':
    case 'replayed':
    case 'ahead': {
      const user = await currentUser(service, outcome.session.userId);
      if (user !== null) return tokenAnswer(service, outcome, { bound, user, place });
      // The account, and not this device: nobody else has to find out by a refresh of their own.
      await service.sessions.revokeAll(outcome.session.userId);
      return ended('revoked_all');
    }
    case 'stale':
      throw new Refusal('stale_generation', 'This attempt is older than the session; read the record again.', {
        members: service.cookieMode ? { generation: outcome.generation } : {},
      });
    case 'ended':
      return ended(outcome.reason);
    case 'wrong_key':
      return oauthAnswer(
        'invalid_dpop_proof',
        'invalid_dpop_proof',
        'The session is bound to a key; prove that you have it.',
      );
    case 'too_many_replays':
      throw new Refusal('rate_limited', 'The same attempt was repeated too often; wait.', {
        retryAfterMs: outcome.retryAfterMs,
      });
  }
}

function ended(reason: string): Response {
  return oauthAnswer('invalid_grant', 'session_ended', 'The session is over; sign in again.', { reason });
}
