import { isSessionError } from '../../../src/protocol/session-error.ts';
import type { RefreshOutcome } from '../../../src/server/engine/sessions.ts';
import type { ServerParts } from './server-parts.ts';
import { checkProof } from './check-proof.ts';
import { checkRefresh } from './check-refresh.ts';
import { refuse, type RefreshCall, type Sender, type WireAnswer } from './wire.ts';

/** The token endpoint. */
export async function refresh(parts: ServerParts, sender: Sender, call: RefreshCall): Promise<WireAnswer> {
  const { refreshToken, attemptKey, attempts, proof } = call;
  if (!refreshToken) return refuse(400, { error: 'invalid_request', code: 'invalid_argument' });
  const claims = attempts ? { attemptKey } : { attemptKey, refreshToken };
  const refused = checkProof(proof, parts.clock.now(), claims);
  if (refused) return refused;
  let outcome: RefreshOutcome;
  try {
    outcome = await parts.machines.forRefresh().refresh({
      refreshToken,
      attemptKey,
      ...(attempts ? { attemptKeys: attempts, cookieMode: true } : {}),
      keyThumbprint: proof === null ? null : String(proof['key']),
    });
  } catch (error) {
    if (!isSessionError(error)) throw error;
    parts.truth.note(`server: refresh failed: ${error.code}`);
    return refuse(503, { code: error.code });
  }
  checkRefresh(parts, sender, call, outcome);
  return answerOf(parts, outcome);
}

/** What the real routes would say. */
function answerOf({ tokens, setting }: ServerParts, outcome: RefreshOutcome): WireAnswer {
  switch (outcome.outcome) {
    case 'rotated':
    case 'replayed':
    case 'ahead':
      return tokens.mint(outcome);
    case 'stale':
      return refuse(409, {
        code: 'stale_generation',
        ...(setting.mode === 'cookie' ? { generation: outcome.generation } : {}),
      });
    case 'ended':
      return refuse(400, { error: 'invalid_grant', code: 'session_ended', reason: outcome.reason });
    case 'wrong_key':
      return refuse(400, { error: 'invalid_dpop_proof', code: 'invalid_dpop_proof' });
    case 'too_many_replays':
      return refuse(429, { code: 'rate_limited' }, { 'Retry-After': String(Math.ceil(outcome.retryAfterMs / 1000)) });
  }
}
