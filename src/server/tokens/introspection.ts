import { durationMs, type Duration } from '../../protocol/duration.ts';
import { isHeaderToken } from '../../protocol/header-token.ts';
import { SessionError } from '../../protocol/session-error.ts';
import { createRecentMap } from './recent-map.ts';

/** What {@link createIntrospection} takes. */
export interface IntrospectionOptions {
  /** Endpoint of the session server: `https://auth.example.com/introspect`. */
  url: string | URL;
  /** Its `introspectionKey`. */
  apiKey: string;
  /**
   * How long a "yes" is believed, from when it was asked for: an ended session is noticed so late. A "no" is final. Default: `'10s'`.
   */
  every?: Duration;
  /**
   * What becomes of tokens that look good while the session server cannot be asked: `'refuse'` them with a retryable error, or
   * `'accept'` them to their end, as without introspection. It is asked again after a second. Default: `'refuse'`.
   */
  whileAway?: 'refuse' | 'accept';
  /** How long an answer may take. Default: `'2s'`. */
  timeout?: Duration;
  /** Default: the global one. */
  fetch?: (input: string | URL, init: RequestInit) => Promise<Response>;
  /** Epoch milliseconds. Default: the machine's clock. */
  now?: () => number;
}

/** Knows whether the session behind an access token lives. */
export interface Introspection {
  /** @throws SessionError `server_error`: retryable when the session server cannot be asked, final when it refuses the API key */
  isActive(token: string): Promise<boolean>;
}

interface Known {
  isActive: boolean;
  askedAt: number;
}

const tokenLimit = 10_000;
/** Between a failure and the next question. */
const patienceMs = 1000;

/**
 * Asks the session server whether the session behind a token still lives (RFC 7662): for an API that checks tokens by itself, and
 * wants to know of a sign-out in seconds and not when the token ends. One request a token every ten seconds, however many requests
 * come with it. Make it once.
 *
 * @throws SessionError `invalid_duration`, `invalid_argument` for a URL or an API key that is none
 * @example
 * ```ts
 * const introspection = createIntrospection({ url: 'https://auth.example.com/introspect', apiKey });
 * const verify = createAccessTokenVerifier({ jwks, issuer, audience, introspection });
 * ```
 */
export function createIntrospection(options: IntrospectionOptions): Introspection {
  const { apiKey, whileAway = 'refuse', now = Date.now } = options;
  const send = options.fetch ?? ((input, init) => fetch(input, init));
  const everyMs = durationMs(options.every ?? '10s');
  const timeoutMs = durationMs(options.timeout ?? '2s');
  if (!URL.canParse(String(options.url)))
    throw new SessionError('invalid_argument', '`url` of introspection is no URL.');
  // What no header can carry would be in the message of the error that says so.
  if (!isHeaderToken(apiKey))
    throw new SessionError('invalid_argument', '`apiKey` of introspection is one key, of visible ASCII characters.');
  const known = createRecentMap<Known>(tokenLimit);
  const asking = new Map<string, Promise<boolean>>();
  let away: { since: number; cause: unknown } | null = null;

  /** A clock that was set back must not keep an answer for longer. */
  function isWithin(since: number, ms: number): boolean {
    const at = now();
    return at >= since && at < since + ms;
  }

  async function ask(token: string): Promise<boolean> {
    const askedAt = now();
    const response = await send(options.url, {
      method: 'POST',
      headers: { Authorization: `Bearer ${apiKey}`, Accept: 'application/json' },
      body: new URLSearchParams({ token }),
      // A token must go nowhere else.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status === 401 || response.status === 403) throw refusedKey();
    const { active } = (await response.json()) as { active?: unknown };
    if (!response.ok || typeof active !== 'boolean') throw new Error(`it answered ${response.status}`);
    known.set(token, { isActive: active, askedAt });
    return active;
  }

  function whatever(cause: unknown): true {
    if (whileAway === 'accept') return true;
    throw unreachable(cause);
  }

  async function askOnce(token: string): Promise<boolean> {
    const underWay = asking.get(token);
    if (underWay) return underWay;
    const asked = ask(token).finally(() => asking.delete(token));
    asking.set(token, asked);
    return asked;
  }

  return {
    isActive: async (token) => {
      const last = known.get(token);
      if (last && (!last.isActive || isWithin(last.askedAt, everyMs))) return last.isActive;
      // Who comes right after a failure does not wait for one of their own.
      if (away && isWithin(away.since, patienceMs)) return whatever(away.cause);
      try {
        return await askOnce(token);
      } catch (cause) {
        if (cause instanceof SessionError) throw cause;
        away = { since: now(), cause };
        return whatever(cause);
      }
    },
  };
}

function refusedKey(): SessionError {
  const message = 'The session server refuses the API key of introspection; give one of its `introspectionKey`.';
  return new SessionError('server_error', message, { status: 500, retryable: false });
}

function unreachable(cause: unknown): SessionError {
  const message = 'The session server cannot be asked whether the session lives; try again.';
  return new SessionError('server_error', message, { cause, status: 503, retryable: true, retryAfterMs: patienceMs });
}
