import type { ServerParts } from './server-parts.ts';
import { name } from './session-name.ts';
import { refuse, type Claims, type WireAnswer } from './wire.ts';

/** An answer of the API, and for whom it was. */
export type CallAnswer = WireAnswer & { holder: string | null };

/** A request to an API that checks the session on every call. Invariants 2 and 7: never after an end. */
export async function call(parts: ServerParts, accessToken: string, proof: Claims | null): Promise<CallAnswer> {
  const { tokens, clock, machines, truth, setting } = parts;
  const claims = tokens.of(accessToken);
  const bad = (code: string): CallAnswer => ({ ...refuse(401, { code }), holder: null });
  if (!claims) return bad('invalid_token');
  if (clock.now() >= claims.endsAt) return bad('token_expired');
  if (claims.thumbprint !== null && (proof?.['key'] !== claims.thumbprint || proof['accessToken'] !== accessToken))
    return bad('invalid_dpop_proof');
  const { sessionId, stamp, userId } = claims;
  const check = await machines.sessions.check(sessionId, stamp);
  const known = truth.sessions.get(sessionId);
  if (check.ok && known?.killedAt != null)
    truth.violate(2, `a stateful check took a token of ${name(sessionId)} after its end`);
  if (check.ok && known && setting.idleMs !== null && clock.now() - known.lastTouchAt > setting.idleMs + 1000)
    truth.violate(7, `the server took a token of ${name(sessionId)} although the person is idle for too long`);
  if (check.ok && known && clock.now() >= known.absoluteEnd)
    truth.violate(2, 'a token was taken past the absolute end');
  if (check.ok) return { status: 200, json: { userId }, holder: userId };
  return check.why === 'claims_stale'
    ? bad('claims_stale')
    : { ...refuse(401, { code: 'session_ended', reason: check.reason }), holder: null };
}

/** Tells the server that the person is active. */
export async function touch(parts: ServerParts, accessToken: string, proof: Claims | null): Promise<WireAnswer> {
  const { tokens, clock, machines, truth } = parts;
  const answer = await call(parts, accessToken, proof);
  if (answer.status !== 200) return answer;
  const { sessionId } = tokens.of(accessToken)!;
  await machines.sessions.touch(sessionId);
  truth.sessions.get(sessionId)!.lastTouchAt = clock.now();
  return { status: 200, json: {} };
}
