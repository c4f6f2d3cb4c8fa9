import { tokenResponseSchema } from '../../protocol/token-response.ts';
import { sessionFacts } from '../core/session-facts.ts';
import type { Grant } from '../core/transport.ts';
import { isHeaderToken } from '../../protocol/header-token.ts';

/** The grant in a token response of our server, or null when it is none, or lacks the refresh token that bearer mode needs. */
export function referenceGrant(json: unknown, cookies: boolean): Grant | null {
  const { data } = tokenResponseSchema.safeParse(json);
  if (!data || !isHeaderToken(data.access_token) || (!cookies && !data.refresh_token)) return null;
  return {
    sessionId: data.session_id,
    generation: data.generation,
    accessToken: data.access_token,
    tokenType: data.token_type,
    // In cookie mode a page must never hold it, whoever handed it out.
    refreshToken: (!cookies && data.refresh_token) || null,
    revocationToken: data.revocation_token,
    lifeMs: data.expires_in * 1000,
    serverTime: Date.parse(data.server_time),
    user: data.user,
    session: data.session && sessionFacts(data.session),
  };
}
