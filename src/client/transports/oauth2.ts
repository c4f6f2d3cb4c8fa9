import { SessionError } from '../../protocol/session-error.ts';
import type { TokenAnswer, Transport } from '../core/transport.ts';
import { demandGrant, foreignRefreshAnswer, revocationAnswer } from './classify-answer.ts';
import { exchange, type Answer } from './exchange.ts';
import { oauth2Grant } from './oauth2-grant.ts';

/** What {@link oauth2Transport} takes. */
export interface OAuth2TransportOptions {
  /** Token endpoint (RFC 6749 section 3.2): `'https://id.example.com/token'`, or `'/token'` on the page's own origin. */
  tokenUrl: string;
  /** Revocation endpoint (RFC 7009). Without it a sign-out is local, and the refresh token lives on at the server. */
  revocationUrl?: string;
  /** Public client: there is no secret in a browser. */
  clientId?: string;
  /** Asked for again at each refresh. Left out, the server grants what it granted before. */
  scope?: string;
  /**
   * The token endpoint takes DPoP proofs (RFC 9449), and its CORS lets the header through. They are made with the key that the
   * first tokens were got with: `adopt({ ...answer, dpopKey }, user)`.
   * @default false
   */
  dpop?: boolean;
  /** The token endpoint understands `Idempotency-Key`, and its CORS lets the header through. @default false */
  idempotencyKey?: boolean;
  /** Cookies for the token endpoint. @default 'omit' */
  credentials?: 'omit' | 'same-origin' | 'include';
  /** Bound of one request, its body included, in milliseconds. @default 10_000 */
  requestTimeoutMs?: number;
  /** @default the global `fetch`, looked up at each call */
  fetch?: typeof globalThis.fetch;
  /** Turns the server's own words into those of RFC 6749 section 5.1 (`access_token`, `refresh_token`, `expires_in`). */
  parse?: (answer: unknown) => unknown;
}

/**
 * Renews tokens at any OAuth 2 token endpoint. Getting the first ones is the app's part (a code flow): hand them to
 * `manager.adopt(tokens, user)`.
 *
 * Without `idempotencyKey` the endpoint cannot tell a retry from a second holder: that two tabs do not refresh at the same time
 * rests on the browser's lock alone, and a lost answer costs what the server makes it cost.
 *
 * @example
 * ```ts
 * createSessionManager({ transport: oauth2Transport({ tokenUrl: 'https://id.example.com/token', clientId: 'app' }) });
 * ```
 */
export function oauth2Transport(options: OAuth2TransportOptions): Transport {
  const { revocationUrl, clientId, scope, dpop = false, credentials = 'omit', parse = (answer) => answer } = options;
  const { requestTimeoutMs: timeoutMs = 10_000, fetch = (...args) => globalThis.fetch(...args) } = options;
  const tokenUrl = absolute(options.tokenUrl);
  const revocable = revocationUrl !== undefined;

  function form(fields: Record<string, string | undefined>): URLSearchParams {
    const given = Object.entries({ ...fields, client_id: clientId }).filter(
      (field): field is [string, string] => field[1] !== undefined,
    );
    return new URLSearchParams(given);
  }

  return {
    tokenUrl,
    signInUrl: null,
    apiUrl: null,
    acceptsProof: dpop,

    async refresh({ sessionId, generation, refreshToken, attemptKey, proof, signal }) {
      // There is nothing to renew with: a definite no, while the access token serves to its end.
      if (refreshToken === null) return { kind: 'ended', reason: 'refresh_rejected', foreign: true };
      const headers: Record<string, string> = { Accept: 'application/json' };
      if (options.idempotencyKey) headers['Idempotency-Key'] = `"${attemptKey}"`;
      if (proof !== null) headers['DPoP'] = proof;
      const body = form({ grant_type: 'refresh_token', refresh_token: refreshToken, scope });
      const init: RequestInit = { method: 'POST', body, headers, credentials, redirect: 'error', cache: 'no-store' };
      try {
        const answer = await exchange((inner) => fetch(tokenUrl, { ...init, signal: inner }), {
          what: 'The refresh',
          signal,
          timeoutMs,
        });
        const known = {
          refreshToken,
          sessionId,
          generation: generation + 1,
          serverTime: clockOf(answer),
          now: Date.now(),
          revocable,
        };
        return foreignRefreshAnswer(answer, (json) => oauth2Grant(attempt(parse, json), known));
      } catch (error) {
        return { kind: 'failed', error: error as SessionError };
      }
    },

    async signIn(): Promise<TokenAnswer> {
      return {
        kind: 'failed',
        error: new SessionError(
          'not_supported',
          'This manager cannot sign in by itself: run the OAuth flow, then call adopt(tokens, user).',
        ),
      };
    },

    async revoke(token, signal) {
      if (!revocable) return true;
      const body = form({ token, token_type_hint: 'refresh_token' });
      const init: RequestInit = {
        method: 'POST',
        body,
        credentials,
        redirect: 'error',
        cache: 'no-store',
        keepalive: true,
      };
      const sent = exchange((inner) => fetch(revocationUrl, { ...init, signal: inner }), {
        what: 'The revocation',
        signal,
        timeoutMs,
      });
      return sent.then(revocationAnswer, () => false);
    },

    time: async () => null,

    parseGrant(tokens) {
      const known = {
        refreshToken: null,
        sessionId: null,
        generation: 0,
        serverTime: null,
        now: Date.now(),
        revocable,
      };
      return demandGrant(oauth2Grant(attempt(parse, tokens), known));
    },
  };
}

/** What proofs and origins are made of. What is no URL is left to the manager to refuse. */
function absolute(url: string): string {
  const base = globalThis.location?.href;
  return URL.canParse(url, base) ? new URL(url, base).href : url;
}

/** Seconds only, and visible to pages of the same origin or where CORS exposes it. */
function clockOf({ headers }: Answer): number | null {
  return Date.parse(headers.get('date') ?? '') || null;
}

function attempt(parse: (answer: unknown) => unknown, json: unknown): unknown {
  try {
    return parse(json);
  } catch {
    return undefined;
  }
}
