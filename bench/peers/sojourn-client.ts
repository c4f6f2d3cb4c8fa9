// A client of the session server as plain as those of the peers: bearer tokens, no key.
import { randomBytes } from 'node:crypto';
import type { Ask } from '../server/load.ts';
import { form, json } from './case.ts';

/** Somebody who is signed in. */
export interface Person {
  accessToken: string;
  refreshToken: string;
  revocationToken: string;
}

/** A request to sign in. */
export function signInAsk(username: string): Ask {
  const body = JSON.stringify({ credentials: { username, password: 'right' } });
  return { method: 'POST', path: '/sessions', headers: json, body };
}

/** Reads what a sign-in or a refresh answers. A refresh tells the revocation token again, and it is the same. */
export function personIn(text: string): Person {
  const answer = JSON.parse(text) as Record<'access_token' | 'refresh_token' | 'revocation_token', string>;
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token,
    revocationToken: answer.revocation_token,
  };
}

export function newAttemptKey(): string {
  return randomBytes(16).toString('base64url');
}

/** A request for the next tokens. All tabs of a browser send the same attempt key for the same token. */
export function refreshAsk(refreshToken: string, attemptKey: string): Ask {
  const body = `grant_type=refresh_token&refresh_token=${encodeURIComponent(refreshToken)}`;
  return { method: 'POST', path: '/token', headers: { ...form, 'idempotency-key': `"${attemptKey}"` }, body };
}

/** A request that the access token lets in. */
export function authorized({ accessToken }: Person, method: string, path: string, body?: string): Ask {
  const headers = { authorization: `Bearer ${accessToken}`, ...(body === undefined ? {} : json) };
  return { method, path, headers, ...(body === undefined ? {} : { body }) };
}

/** A request to sign out. */
export function signOutAsk(token: string): Ask {
  return { method: 'POST', path: '/revoke', headers: form, body: `token=${encodeURIComponent(token)}` };
}
