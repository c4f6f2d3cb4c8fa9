import type { Context } from 'hono';
import { isSessionError } from '../../../protocol/session-error.ts';
import { jsonAnswer } from '../answers.ts';
import { noteFacts } from '../observer.ts';
import { oauthRoute } from '../oauth-errors.ts';
import { Refusal } from '../refusal.ts';
import { readForm } from '../request-body.ts';
import { demandValid, introspectFormSchema } from '../request-schemas.ts';
import type { Route, Service } from '../service.ts';

/** `POST /introspect` (RFC 7662): tells a back end with the API key whether an access token is good right now. */
export const introspect: Route = oauthRoute(async (service, c) => {
  await demandKey(service, c);
  const { token } = demandValid(introspectFormSchema, Object.fromEntries(await readForm(c)));
  return jsonAnswer(await described(service, token));
});

async function described(service: Service, token: string): Promise<Record<string, unknown>> {
  try {
    const claims = await service.tokens.verify(token);
    const { ok } = await service.sessions.check(claims.sid, claims.session_stamp);
    return ok ? { ...claims, active: true, token_type: claims.cnf ? 'DPoP' : 'Bearer' } : { active: false };
  } catch (error) {
    // RFC 7662 section 2.2: whatever is wrong with it, the answer says no more than this. A store that is away is not "inactive".
    if (isSessionError(error) && (error.code === 'invalid_token' || error.code === 'token_expired'))
      return { active: false };
    throw error;
  }
}

async function demandKey({ introspectionKeys }: Service, c: Context): Promise<void> {
  const apiKey = (await introspectionKeys?.nameOf(c.req.header('authorization'))) ?? null;
  if (apiKey === null)
    throw new Refusal('unauthenticated', 'Introspection needs an API key: Authorization: Bearer.', {
      headers: { 'WWW-Authenticate': 'Bearer' },
    });
  noteFacts(c, { apiKey });
}
