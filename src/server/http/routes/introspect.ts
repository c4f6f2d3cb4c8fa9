import { isSessionError } from '../../../protocol/session-error.ts';
import { jsonAnswer } from '../answers.ts';
import { sha256 } from '../../tokens/sha256.ts';
import { oauthRoute } from '../oauth-errors.ts';
import { Refusal } from '../refusal.ts';
import { readForm } from '../request-body.ts';
import { demandValid, introspectFormSchema } from '../request-schemas.ts';
import type { Route, Service } from '../service.ts';

/** `POST /introspect` (RFC 7662): tells a back end with the API key whether an access token is good right now. */
export const introspect: Route = oauthRoute(async (service, c) => {
  await demandKey(service, c.req.header('authorization') ?? '');
  const { token } = demandValid(introspectFormSchema, Object.fromEntries(await readForm(c)));
  return jsonAnswer(await described(service, token));
});

async function described(service: Service, token: string): Promise<Record<string, unknown>> {
  try {
    const claims = await service.tokens.verify(token);
    const { ok } = await service.sessions.check(claims.sid, claims.session_stamp);
    return ok ? { active: true, ...claims, token_type: claims.cnf ? 'DPoP' : 'Bearer' } : { active: false };
  } catch (error) {
    // RFC 7662 section 2.2: whatever is wrong with it, the answer says no more than this. A store that is away is not "inactive".
    if (isSessionError(error) && (error.code === 'invalid_token' || error.code === 'token_expired'))
      return { active: false };
    throw error;
  }
}

/** Hashes are compared, not keys: how long it takes tells nothing about the key. */
async function demandKey({ introspectionKey }: Service, header: string): Promise<void> {
  const given = /^bearer +(\S+)$/i.exec(header)?.[1];
  const isRight =
    given !== undefined && introspectionKey !== null && (await sha256(given)) === (await sha256(introspectionKey));
  if (isRight) return;
  throw new Refusal('unauthenticated', 'Introspection needs the API key: Authorization: Bearer.', {
    headers: { 'WWW-Authenticate': 'Bearer' },
  });
}
