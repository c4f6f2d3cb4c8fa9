import { SessionError } from '../../protocol/session-error.ts';
import { tokenResponseSchema } from '../../protocol/token-response.ts';

/** A session that was begun and cannot be kept, and why. */
export interface Unkept {
  revocationToken: string;
  error: SessionError;
}

/**
 * Null, or what is to be done with a sign-in whose two sides do not agree on where the refresh token rests: only a server in
 * cookie mode leaves it out of its answer (the protocol's `TokenResponse`). Nobody could renew such a session.
 */
export function otherMode(json: unknown, cookies: boolean): Unkept | null {
  const { data } = tokenResponseSchema.safeParse(json);
  if (!data || cookies === !data.refresh_token) return null;
  const message = cookies
    ? 'The option `cookies` does not go with this server, which is not in cookie mode: leave it out, or start the server with `cookie: true` (`--cookie`).'
    : 'This server keeps the refresh token in a cookie: create the manager with `cookies: true`.';
  return { revocationToken: data.revocation_token, error: new SessionError('invalid_argument', message) };
}
