import ky, { isHTTPError } from 'ky';
import { isHeaderToken } from '../../protocol/header-token.ts';
import { SessionError } from '../../protocol/session-error.ts';
import type { Operation } from '../operations/operation.ts';
import { readInput } from '../operations/read-input.ts';
import { fillRoute, hasQuery } from '../operations/route-path.ts';
import { answerError, foreignAnswer, isWorthWaiting } from './answer-error.ts';

/** How a server is reached. */
export interface Reach {
  /** Of the server, without `/admin`. */
  url: string;
  apiKey: string;
  fetch?: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  timeoutMs: number;
  /** How often a call is repeated. */
  retry: number;
}

type AnswerOf<Of> = Of extends { run: (...input: never) => Promise<infer Answer> } ? Answer : never;

/** Asks a server over HTTP. */
export interface Requests {
  /** Does an operation there. */
  call<Input extends object, Answer>(operation: Operation<Input, Answer>, input: Input): Promise<Answer>;
  /** Opens the event stream. */
  openEvents(query: Record<string, string>, lastEventId: string | null, signal: AbortSignal): Promise<Response>;
}

const everyMethod = ['get', 'put', 'post', 'patch', 'delete'];

/** Requests with the API key. No error shows the key, a header or a body. */
export function createRequests({ url, apiKey, fetch, timeoutMs, retry: limit }: Reach): Requests {
  const base = `${demandUrl(url)}/admin`;
  const api = ky.create({
    headers: { Authorization: `Bearer ${demandKey(apiKey)}`, Accept: 'application/json' },
    // An API does not redirect, and the key is for nobody else.
    redirect: 'manual',
    timeout: timeoutMs,
    ...(fetch && { fetch }),
  });

  return {
    call: async (operation, input) => {
      const { method, path } = operation.route;
      const { path: filled, rest } = fillRoute(operation.route, readInput(operation, asChecked(input)));
      const sent = hasQuery(operation.route)
        ? { searchParams: rest as Record<string, string> }
        : { body: JSON.stringify(rest), headers: { 'Content-Type': 'application/json' } };
      try {
        const response = await api(base + filled, {
          method,
          ...sent,
          retry: {
            limit,
            methods: everyMethod,
            statusCodes: [429, 502, 503, 504],
            afterStatusCodes: [429, 503],
            retryOnTimeout: true,
            jitter: true,
            backoffLimit: 5000,
            // What may have been done is repeated only where that does no harm. A 429 was not done.
            shouldRetry: ({ error }) => {
              const isSafe = operation.repeatable || (isHTTPError(error) && error.response.status === 429);
              return isSafe && isWorthWaiting(error) ? undefined : false;
            },
          },
        });
        return readAnswer(operation, await response.json());
      } catch (error) {
        const failure = answerError(`${method} /admin${path}`, error);
        if (operation.absent !== undefined && failure.code === operation.absent)
          return null as AnswerOf<typeof operation>;
        throw failure;
      }
    },
    openEvents: async (query, lastEventId, signal) => {
      const headers = { Accept: 'text/event-stream', ...(lastEventId !== null && { 'Last-Event-ID': lastEventId }) };
      try {
        const response = await api(`${base}/events`, { searchParams: query, headers, signal, retry: 0 });
        if (response.body && /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '')) return response;
        throw foreignAnswer('GET /admin/events', response.status);
      } catch (error) {
        throw answerError('GET /admin/events', error);
      }
    },
  };
}

/** Ids and tokens lead to something, or nowhere: of another kind than text they lead nowhere, as the empty text does. */
const leading: ReadonlySet<string> = new Set(['id', 'keep_id', 'except', 'tag', 'token', 'refresh_token']);

/** An input whose members that are undefined are not there. */
function asChecked(input: object): object {
  return Object.fromEntries(
    Object.entries(input)
      .map(([name, value]) => [name, leading.has(name) && typeof value !== 'string' ? '' : (value as unknown)] as const)
      .filter(([, value]) => value !== undefined),
  );
}

function readAnswer<Input, Answer>(operation: Operation<Input, Answer>, json: unknown): Answer {
  const { method, path } = operation.route;
  const { data } = operation.answer.safeParse(json);
  if (data === undefined) throw foreignAnswer(`${method} /admin${path}`, 200);
  return data;
}

function demandUrl(url: string): string {
  const { protocol, username, password } = URL.canParse(url)
    ? new URL(url)
    : { protocol: '', username: '', password: '' };
  // No request takes a url with a password.
  if (/^https?:$/.test(protocol) && username + password === '') return url.replace(/\/+$/, '');
  throw new SessionError(
    'invalid_argument',
    '`url` is where the session server is: https://auth.example.com, with its base path.',
  );
}

function demandKey(apiKey: string): string {
  if (isHeaderToken(apiKey)) return apiKey;
  throw new SessionError(
    'invalid_argument',
    '`apiKey` is one of the `adminKeys` of the session server; it has no spaces.',
  );
}
