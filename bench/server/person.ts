// A client of the session server as small as one can be: it keeps its tokens and renews them, with or without a key.
import { randomBytes } from 'node:crypto';
import { webKeys } from '../../src/client/platform/keys.ts';
import type { SigningKey } from '../../src/client/core/ports.ts';
import type { Ask, Load } from './load.ts';

/** Somebody who is signed in. */
export interface Person {
  /** A request for `GET /session` at a server that takes the tokens. */
  read(at: string): Promise<Ask>;
  /** A request for the next pair of tokens. */
  refresh(): Promise<Ask>;
  /** Takes the pair in. */
  take(answer: Record<string, unknown>): void;
}

const keys = webKeys();

/** A request to sign in. */
export async function signInAsk(url: string, username: string, key: SigningKey | null): Promise<Ask> {
  const body = JSON.stringify({ credentials: { username, password: 'right' } });
  const headers = { 'Content-Type': 'application/json' };
  return {
    method: 'POST',
    path: '/sessions',
    headers: await proven(headers, key, { method: 'POST', url: `${url}/sessions` }),
    body,
  };
}

/** Signs somebody in. With `bound`, the tokens are bound to a key, as the client of this package has it. */
export async function signIn(load: Load, url: string, username: string, bound: boolean): Promise<Person> {
  const key = bound ? await keys.create() : null;
  let tokens = await load.send(await signInAsk(url, username, key));
  const text = (name: string): string => String(tokens[name]);
  return {
    async read(at) {
      const headers = { Authorization: `${text('token_type')} ${text('access_token')}` };
      const subject = { method: 'GET', url: `${at}/session`, accessToken: text('access_token') };
      return { method: 'GET', path: '/session', headers: await proven(headers, key, subject) };
    },
    async refresh() {
      const refreshToken = text('refresh_token');
      const attemptKey = randomBytes(16).toString('base64url');
      const headers = {
        'Content-Type': 'application/x-www-form-urlencoded',
        'Idempotency-Key': `"${attemptKey}"`,
      };
      const subject = { method: 'POST', url: `${url}/token`, refreshToken, attemptKey };
      const body = `grant_type=refresh_token&refresh_token=${encodeURIComponent(refreshToken)}`;
      return { method: 'POST', path: '/token', headers: await proven(headers, key, subject), body };
    },
    take: (answer) => void (tokens = answer),
  };
}

interface Subject {
  method: string;
  url: string;
  accessToken?: string;
  refreshToken?: string;
  attemptKey?: string;
}

async function proven(
  headers: Record<string, string>,
  key: SigningKey | null,
  subject: Subject,
): Promise<Record<string, string>> {
  return key === null ? headers : { ...headers, DPoP: await keys.prove(key, { ...subject, now: Date.now() }) };
}
