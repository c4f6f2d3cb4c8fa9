import { SessionError } from '../../protocol/session-error.ts';
import type { Signal } from '../core/ports.ts';
import type { Grant, TokenAnswer, Transport } from '../core/transport.ts';
import { demandGrant, grantAnswer, refreshAnswer, revocationAnswer } from './classify-answer.ts';
import { otherMode } from './cookie-mode.ts';
import { exchange, type Answer } from './exchange.ts';
import { referenceGrant } from './reference-grant.ts';

/** What {@link referenceTransport} takes. */
export interface ReferenceTransportOptions {
  /** Where the session server is mounted: `https://auth.example.com`, or `/auth` for the page's own origin. */
  url: string;
  /** The refresh token rests in an `HttpOnly` cookie instead of the vault. The server must be in cookie mode too. @default false */
  cookies?: boolean | undefined;
  /** What the key of this browser binds: both tokens, or only the refresh token (RFC 9449 section 5). @default 'all' */
  binding?: 'all' | 'refresh' | undefined;
  /** Sends the requests. @default the global `fetch`, looked up at each call */
  fetch?: typeof globalThis.fetch | undefined;
  /** Bound of one request, its body included, in milliseconds. */
  requestTimeoutMs: number;
}

/**
 * Speaks to our own session server (`sojourn/server`).
 *
 * @throws SessionError `invalid_argument` when `url` is none
 */
export function referenceTransport(options: ReferenceTransportOptions): Transport {
  const {
    cookies = false,
    binding = 'all',
    requestTimeoutMs: timeoutMs,
    fetch = (...args) => globalThis.fetch(...args),
  } = options;
  const base = resolve(options.url);
  const tokenUrl = `${base}/token`;
  const signInUrl = `${base}/sessions`;
  const grantOf = (json: unknown): Grant | null => referenceGrant(json, cookies);

  function send(what: string, url: string, signal: Signal, init?: RequestInit): Promise<Answer> {
    const request: RequestInit = {
      // A redirect to another host is not an answer of our server, and none of ours redirects.
      redirect: 'error',
      cache: 'no-store',
      credentials: cookies ? 'include' : 'omit',
      ...init,
    };
    return exchange((inner) => fetch(url, { ...request, signal: inner }), { what, signal, timeoutMs });
  }

  function post(body: string | URLSearchParams, headers: Record<string, string>, proof: string | null): RequestInit {
    return { method: 'POST', body, headers: proof ? { ...headers, DPoP: proof } : headers };
  }

  async function revoke(token: string, signal: Signal): Promise<boolean> {
    // Nothing that would need a preflight: the page may be gone before one is answered.
    const init: RequestInit = { method: 'POST', body: new URLSearchParams({ token }), keepalive: true };
    return send('The revocation', `${base}/revoke`, signal, init).then(revocationAnswer, () => false);
  }

  return {
    tokenUrl,
    signInUrl,
    apiUrl: base,
    acceptsProof: true,

    refresh({ sessionId, refreshToken, attemptKey, attempts, proof, signal }) {
      const form = new URLSearchParams({ grant_type: 'refresh_token' });
      if (refreshToken) form.set('refresh_token', refreshToken);
      if (cookies) {
        // The jar may hold several sessions.
        form.set('session_id', sessionId);
        form.set('attempts', JSON.stringify(attempts));
      }
      if (binding !== 'all') form.set('binding', binding);
      const init = post(form, { 'Idempotency-Key': `"${attemptKey}"` }, proof);
      return send('The refresh', tokenUrl, signal, init).then(
        (answer) => refreshAnswer(answer, grantOf, cookies),
        failed,
      );
    },

    signIn({ credentials, remember, place, holds, proof, signal }) {
      const more = { ...(binding !== 'all' && { binding }), ...(cookies && { place, holds }) };
      return bodyOf({ credentials, remember, ...more })
        .then((body) =>
          send('The sign-in', signInUrl, signal, post(body, { 'Content-Type': 'application/json' }, proof)),
        )
        .then(async (answer) => {
          const unkept = otherMode(answer.json, cookies);
          if (!unkept) return grantAnswer('The sign-in', answer, grantOf);
          await revoke(unkept.revocationToken, signal);
          return failed(unkept.error);
        }, failed);
    },

    revoke,

    async time(signal) {
      const answer = await send('The time', `${base}/time`, signal).catch(() => null);
      const { server_time: time } = (answer?.json ?? {}) as { server_time?: unknown };
      return Date.parse(String(time)) || null;
    },

    parseGrant: (tokens) => demandGrant(grantOf(tokens)),
  };
}

function resolve(url: string): string {
  try {
    const { origin, pathname } = new URL(url, globalThis.location?.href);
    return origin + pathname.replace(/\/+$/, '');
  } catch (cause) {
    throw new SessionError(
      'invalid_argument',
      'The `url` of the session server is none; outside of pages it must be absolute.',
      { cause },
    );
  }
}

async function bodyOf(value: unknown): Promise<string> {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw new SessionError('invalid_argument', 'The credentials cannot be sent: they are not JSON.', { cause });
  }
}

const failed = (error: unknown): TokenAnswer => ({ kind: 'failed', error: error as SessionError });
