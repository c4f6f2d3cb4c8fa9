import { problemSchema } from '../../protocol/problem.ts';
import { isSessionError, SessionError } from '../../protocol/session-error.ts';
import { sessionViewSchema, type SessionView } from '../../protocol/session-view.ts';
import { answerError, noAnswer } from '../core/answer-error.ts';
import { retryAfterMs } from '../core/retry-after.ts';

/** What our own server offers to the person who is signed in. Every member rejects with a SessionError. */
export interface SessionApi {
  readonly devices: {
    list(): Promise<SessionView[]>;
    revoke(id: string): Promise<void>;
  };
  readonly data: {
    get(): Promise<Record<string, unknown>>;
    set(key: string, value: unknown): Promise<void>;
    merge(patch: Record<string, unknown>): Promise<void>;
    remove(key: string): Promise<void>;
    clear(): Promise<void>;
  };
  /** Proves again who the person is, and settles when the access token says so. */
  reauthenticate(credentials: unknown): Promise<void>;
  /** Reports activity to the server. */
  touch(): Promise<void>;
  /** Ends the person's other sessions. Answers what the server answers: a token response with a fresh access token. */
  revokeOthers(): Promise<unknown>;
  /** Ends all sessions of the person, this one included. */
  revokeAll(): Promise<void>;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What the session API may say that a caller can act on. */
const codes = [
  'absolute_limit',
  'claims_stale',
  'data_invalid',
  'data_not_serializable',
  'forbidden',
  'invalid_argument',
  'invalid_credentials',
  'invalid_dpop_proof',
  'invalid_token',
  'not_allowed_origin',
  'not_found',
  'payload_too_large',
  'session_ended',
  'session_not_found',
  'step_up_required',
  'store_unavailable',
  'token_expired',
  'unauthenticated',
  'use_dpop_nonce',
  'version_conflict',
] as const;
/** More devices than anybody looks through; a server that never ends its pages must not keep us for ever. */
const mostPages = 20;

/**
 * The session API at `apiUrl`, through the manager's `fetch`. Null: there is none, and every call rejects `not_supported`.
 * `renewPast` brings tokens of a later generation than the one it is given.
 */
export function createSessionApi(
  fetch: (url: string, init: RequestInit) => Promise<Response>,
  apiUrl: string | null,
  renewPast: (generation: number) => Promise<void> = async () => {},
): SessionApi {
  async function call(what: string, path: string, method: Method, value?: { json: unknown }): Promise<unknown> {
    if (apiUrl === null)
      throw new SessionError(
        'not_supported',
        `${what} is not possible: it is an offer of our own server, and this manager talks to another one.`,
      );
    try {
      const init: RequestInit = { method, cache: 'no-store', ...(value && json(what, value.json)) };
      const response = await fetch(apiUrl + path, init);
      const { ok, status, headers } = response;
      const answer = parsed(await response.text());
      // A captive portal, or a host that answers its page to everything, says 200 and has done nothing.
      if (ok) return status === 204 ? undefined : objectIn(answer, what);
      const waitMs = retryAfterMs(headers.get('retry-after'), headers.get('date'), Date.now());
      throw answerError(what, { status, problem: problemSchema.safeParse(answer).data, retryAfterMs: waitMs }, codes);
    } catch (error) {
      throw isSessionError(error) ? error : noAnswer(what, error, globalThis.navigator?.onLine !== false);
    }
  }

  async function ask(what: string, path: string): Promise<Record<string, unknown>> {
    return objectIn(await call(what, path, 'GET'), what);
  }

  async function tell(what: string, path: string, method: Method, value?: { json: unknown }): Promise<void> {
    await call(what, path, method, value);
  }

  async function list(): Promise<SessionView[]> {
    const what = 'Listing the devices';
    const all: SessionView[] = [];
    let query = '';
    for (let page = 0; page < mostPages; page++) {
      const { sessions, cursor } = await ask(what, `/sessions${query}`);
      if (!Array.isArray(sessions)) throw unreadable(what);
      for (const one of sessions) {
        const { data } = sessionViewSchema.safeParse(one);
        if (!data) throw unreadable(what);
        all.push(data);
      }
      if (typeof cursor !== 'string') break;
      query = `?cursor=${encodeURIComponent(cursor)}`;
    }
    return all;
  }

  async function read(): Promise<Record<string, unknown>> {
    const what = 'Reading the session data';
    return objectIn((await ask(what, '/session/data'))['data'], what);
  }

  return {
    devices: {
      list,
      revoke: async (id) => tell('Revoking the device', `/sessions/${segment(id)}`, 'DELETE'),
    },
    data: {
      get: read,
      set: async (key, value) =>
        tell('Writing the session data', `/session/data/${segment(key)}`, 'PUT', { json: value }),
      merge: async (patch) => tell('Writing the session data', '/session/data', 'PATCH', { json: patch }),
      remove: async (key) => tell('Removing session data', `/session/data/${segment(key)}`, 'DELETE'),
      clear: async () => tell('Clearing the session data', '/session/data', 'DELETE'),
    },
    async reauthenticate(credentials) {
      const what = 'Proving again who this is';
      const { generation } = objectIn(
        await call(what, '/session/reauthenticate', 'POST', { json: { credentials } }),
        what,
      );
      if (typeof generation !== 'number') throw unreadable(what);
      await renewPast(generation);
    },
    touch: async () => tell('Reporting activity', '/session/touch', 'POST'),
    revokeOthers: async () =>
      call('Signing out the other devices', '/sessions?scope=others', 'DELETE').catch(unreachable),
    revokeAll: async () => tell('Signing out everywhere', '/sessions?scope=all', 'DELETE').catch(unreachable),
  };
}

/** What a person is told when the server could not be asked to end other sessions. */
function unreachable(error: unknown): never {
  if (!isSessionError(error) || error.code !== 'network_error') throw error;
  const message = 'The other sessions could not be ended: there is no network. Try again when there is.';
  throw new SessionError('offline', message, { cause: error });
}

function objectIn(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw unreadable(what);
  return value as Record<string, unknown>;
}

function unreadable(what: string): SessionError {
  return new SessionError('unexpected_answer', `${what} failed: the server's answer cannot be read.`);
}

/** One path segment. A dot segment would be resolved away, and name something else, however it is written. */
function segment(key: string): string {
  if (key !== '' && !/^\.\.?$/.test(key)) return encodeURIComponent(key);
  throw new SessionError('invalid_argument', "A key or id is a text that is not empty, '.' or '..'.");
}

function json(what: string, value: unknown): RequestInit {
  let cause: unknown;
  try {
    const body: string | undefined = JSON.stringify(value);
    if (body !== undefined) return { body, headers: { 'Content-Type': 'application/json' } };
  } catch (error) {
    cause = error;
  }
  throw new SessionError('data_not_serializable', `${what} failed: the value cannot be written as JSON.`, { cause });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
