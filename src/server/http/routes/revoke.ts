import { sha256 } from '../../tokens/sha256.ts';
import { jsonAnswer, oauthAnswer } from '../answers.ts';
import { oauthRoute } from '../oauth-errors.ts';
import { readRefreshCookie } from '../refresh-cookie.ts';
import { readForm } from '../request-body.ts';
import { demandValid, revokeFormSchema } from '../request-schemas.ts';
import type { Route } from '../service.ts';
import { clearSpentCookies } from '../spent-cookie.ts';

/**
 * `POST /revoke` (RFC 7009): ends the session of a refresh or revocation token. Unknown and dead ones are answered 200 too,
 * and the answer comes only when the end is durable. In cookie mode the cookie itself will do.
 */
export const revoke: Route = oauthRoute(async (service, c) => {
  const form = demandValid(revokeFormSchema, Object.fromEntries(await readForm(c)));
  const cookie = service.cookieMode ? readRefreshCookie(c, form.session_id ?? null) : null;
  const token = form.token ?? cookie;
  if (!token && !service.cookieMode)
    return oauthAnswer('invalid_request', 'invalid_argument', 'The form has no token.');
  // `rth` may be absent, since RFC 9449 knows nothing of it; a proof that names a token is good for that one alone.
  const keyThumbprint = await service.proofs.check(c, token ? { claims: { rth: await sha256(token) } } : {});
  if (token) await service.sessions.revokeByToken(token, keyThumbprint);
  return clearSpentCookies(service, c, jsonAnswer({}));
});
