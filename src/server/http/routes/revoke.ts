import type { Context } from 'hono';
import { isSessionError } from '../../../protocol/session-error.ts';
import { sha256 } from '../../tokens/sha256.ts';
import { jsonAnswer, oauthAnswer } from '../answers.ts';
import { oauthRoute } from '../oauth-errors.ts';
import { readForm } from '../request-body.ts';
import { demandValid, revokeFormSchema, type RevokeForm } from '../request-schemas.ts';
import type { Route, Service } from '../service.ts';
import { clearSpentCookies, lookedAtCookies } from '../spent-cookie.ts';

/**
 * `POST /revoke` (RFC 7009): ends the session of a refresh or revocation token. Unknown and dead ones are answered 200 too,
 * and the answer comes only when the end is durable. In cookie mode the cookie itself will do: that of `session_id`, or, where the
 * form names nothing, all that came along.
 */
export const revoke: Route = oauthRoute(async (service, c) => {
  const form = demandValid(revokeFormSchema, Object.fromEntries(await readForm(c)));
  const tokens = tokensOf(service, c, form);
  if (tokens.length === 0 && !service.cookieMode)
    return oauthAnswer('invalid_request', 'invalid_argument', 'The form has no token.');
  // `rth` may be absent, since RFC 9449 knows nothing of it; a proof that names a token is good for that one alone.
  const [only = ''] = tokens.length === 1 ? tokens : [];
  const keyThumbprint = await service.proofs.check(c, { claims: { rth: await sha256(only) } });
  await endAll(service, tokens, keyThumbprint);
  return clearSpentCookies(service, c, jsonAnswer({}));
});

function tokensOf({ cookieMode }: Service, c: Context, { token, session_id: id }: RevokeForm): string[] {
  if (token) return [token];
  if (!cookieMode) return [];
  const meant = lookedAtCookies(c).filter(({ sessionId }) => id === undefined || sessionId === id);
  return meant.map(({ refreshToken }) => refreshToken);
}

/** One that is bound to another key keeps none of the others alive. @throws SessionError `invalid_dpop_proof` for it, at last */
async function endAll({ sessions }: Service, tokens: readonly string[], keyThumbprint: string | null): Promise<void> {
  const refused: Error[] = [];
  for (const token of tokens)
    await sessions.revokeByToken(token, keyThumbprint).catch((error: unknown) => {
      if (!isSessionError(error) || error.code !== 'invalid_dpop_proof') throw error;
      refused.push(error);
    });
  for (const error of refused) throw error;
}
