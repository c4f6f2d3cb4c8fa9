import type { Context } from 'hono';
import type { AnsweredRequest, Observer } from './observer.ts';
import { instant } from './session-view.ts';

/**
 * One line of the log. Holds no token, cookie, credential or body; session ids and accounts are salted hashes, the same for
 * the same one as long as the salt is (OWASP Logging Cheat Sheet, "Data to exclude").
 */
export interface LogEntry {
  /** ISO 8601. */
  time: string;
  level: 'info' | 'warn' | 'error';
  /**
   * `request` for every answer; the others come besides it: `sign_in_failed`, `proof_refused` (a token without its key),
   * `reuse_detected` (a spent refresh or remember token), `key_refused` (a wrong API key), `sessions_revoked` (a person's sessions
   * at once, or everybody's).
   */
  event: 'request' | 'sign_in_failed' | 'proof_refused' | 'reuse_detected' | 'key_refused' | 'sessions_revoked';
  method?: string;
  /** The pattern that matched; `none` where there is nothing. Never the path: ids and keys of data are in it. */
  route?: string;
  status?: number;
  duration_ms?: number;
  /** Of the error. */
  code?: string;
  /** Network address of the client, where the server knows it. */
  address?: string;
  /** Salted hash of the session id. */
  session?: string;
  /** Salted hash of the account that somebody tried to sign in to; of each name, with a space between. People type passwords there, too. */
  account?: string;
  user_id?: string;
  /** Name of the API key that asked, as the configuration gives it; `key 1` for the first of those without a name. */
  api_key?: string;
  scope?: string;
  count?: number;
}

/** What {@link createRequestLog} takes. */
export interface RequestLogOptions {
  log: (entry: LogEntry) => void;
  /** Of the hashes. Servers that share it write the same hash for the same session. */
  salt: Uint8Array;
  now: () => number;
  addressOf: (c: Context) => string | null;
  report: (error: unknown) => void;
}

const hashCharacters = 16;

/** Writes a line for every request and every event that a guard should see. */
export function createRequestLog({ log, salt, now, addressOf, report }: RequestLogOptions): Observer {
  let tail: Promise<unknown> = Promise.resolve();

  async function hash(text: string): Promise<string> {
    const bytes = new Uint8Array([...salt, ...new TextEncoder().encode(text)]);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0'))
      .join('')
      .slice(0, hashCharacters);
  }

  /** Lines come in the order of their events, although hashing takes its time. A log that fails fails no request. */
  function write(
    entry: Omit<LogEntry, 'time' | 'session' | 'account'>,
    secret: { session?: string | undefined; accounts?: readonly string[] | undefined } = {},
  ): void {
    const time = instant(now());
    tail = tail
      .then(async () => {
        const session = secret.session === undefined ? {} : { session: await hash(secret.session) };
        const accounts = await Promise.all((secret.accounts ?? []).map(hash));
        const account = accounts.length === 0 ? {} : { account: accounts.join(' ') };
        log({ time, ...entry, ...session, ...account });
      })
      .catch(report);
  }

  function answered(request: AnsweredRequest, c: Context): void {
    const { method, route, status, durationMs, facts } = request;
    const address = addressOf(c);
    const known = {
      ...(facts.code === undefined ? {} : { code: facts.code }),
      ...(address === null ? {} : { address }),
      ...(facts.userId === undefined ? {} : { user_id: facts.userId }),
      ...(facts.apiKey === undefined ? {} : { api_key: facts.apiKey }),
    };
    const hidden = { session: facts.sessionId, accounts: facts.accounts };
    const level = status >= 500 ? 'error' : 'info';
    write(
      {
        level,
        event: 'request',
        method,
        route: route ?? 'none',
        status,
        duration_ms: Math.round(durationMs * 10) / 10,
        ...known,
      },
      { session: facts.sessionId },
    );
    const event = guarded(request);
    if (event !== null) write({ level: 'warn', event, route: route ?? 'none', ...known }, hidden);
  }

  return {
    answered,
    refreshed: (outcome) => {
      if (outcome.outcome === 'wrong_key')
        write({ level: 'warn', event: 'proof_refused' }, { session: outcome.sessionId });
      if (outcome.outcome === 'ended' && outcome.reason === 'reuse_detected')
        write({ level: 'warn', event: 'reuse_detected' }, { session: outcome.sessionId ?? undefined });
    },
    revoked: () => undefined,
    revokedMany: (ended, apiKey) => {
      const whose = ended.userId === undefined ? {} : { user_id: ended.userId, count: ended.count };
      const by = apiKey === undefined ? {} : { api_key: apiKey };
      write({ level: 'warn', event: 'sessions_revoked', scope: ended.scope, ...whose, ...by });
    },
    settled: () => tail,
  };
}

function guarded({ route, facts: { code } }: AnsweredRequest): LogEntry['event'] | null {
  if (code === 'invalid_credentials') return 'sign_in_failed';
  if (code === 'invalid_dpop_proof') return 'proof_refused';
  const isForKeys = route !== null && /^\/(admin|introspect|metrics)\b/.test(route);
  return code === 'unauthenticated' && isForKeys ? 'key_refused' : null;
}
