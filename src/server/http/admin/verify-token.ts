import * as z from 'zod/mini';
import { SessionError } from '../../../protocol/session-error.ts';
import { toWire } from '../../operations/wire-session.ts';
import { jsonAnswer } from '../answers.ts';
import { noteFacts } from '../observer.ts';
import { badRequest } from '../refusal.ts';
import { readJson } from '../request-body.ts';
import type { Route } from '../service.ts';

export const verifyTokenInput: z.ZodMiniType<{ token: string }> = z.strictObject({
  token: z.string().check(z.minLength(1), z.maxLength(16_384)),
});

/**
 * `POST /admin/tokens/verify`: whether an access token is good right now, by its signature and by its session, which comes
 * along. A token that is bound to a key says so in `claims.cnf`; the proof by that key is for the caller to check
 * (RFC 9449 section 7.1). What is wrong with it is a problem: `invalid_token`, `token_expired`, `claims_stale`, `session_ended`.
 */
export const verifyToken: Route = (service) => async (c) => {
  const { data } = verifyTokenInput.safeParse(await readJson(c));
  if (!data) throw badRequest("Send { token }: an access token, with or without 'Bearer ' before it.");
  const claims = await service.tokens.verify(data.token.replace(/^(?:Bearer|DPoP) +/i, ''));
  noteFacts(c, { sessionId: claims.sid, userId: claims.sub });
  const check = await service.sessions.check(claims.sid, claims.session_stamp);
  if (check.ok) return jsonAnswer({ session: toWire(check.session), claims });
  if (check.why === 'claims_stale')
    throw new SessionError('claims_stale', 'The access token is out of date; refresh it.', { status: 401 });
  throw new SessionError('session_ended', 'The session is over; the person has to sign in again.', {
    status: 401,
    reason: check.reason,
  });
};
