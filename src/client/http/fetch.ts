import { isSessionError, SessionError } from '../../protocol/session-error.ts';
import type { Authorization, Authorizer } from '../core/authorizer.ts';
import type { Clock, Keys } from '../core/ports.ts';
import { answerCode } from './answer-code.ts';
import { absoluteUrl, isStream, withoutQuery } from './call.ts';
import { linkSignals, untilAborted } from './link-signals.ts';
import { nextStep } from './next-step.ts';
import { dropsTokenOnRedirect } from './redirects.ts';
import { shareStepUp, type StepUp } from './step-up.ts';

/** What {@link createFetch} takes. */
export interface FetchOptions {
  authorizer: Authorizer;
  keys: Pick<Keys, 'prove'>;
  clock: Pick<Clock, 'now'>;
  /** The API origins: the only ones that ever see the token. */
  origins: readonly string[];
  /** Where relative URLs start; null when there is no API base. */
  baseUrl: string | null;
  /** @default the global `fetch`, looked up at each call */
  fetch?: typeof globalThis.fetch | undefined;
  stepUp?: StepUp | undefined;
}

/**
 * `fetch` and `authorize` of a manager. With `as`, they speak for that user or not at all. With `through`, a call is sent by
 * that in the place of the manager's own `fetch`.
 */
export interface AuthorizedFetch {
  readonly fetch: (
    input: string | URL | Request,
    init?: RequestInit,
    as?: string,
    through?: typeof globalThis.fetch,
  ) => Promise<Response>;
  readonly authorize: (request: Request, as?: string) => Promise<Request>;
}

/** What stays the same over all attempts of a call. */
interface CallInit {
  signal: AbortSignal;
  /** The body cannot be sent twice. */
  once: boolean;
  /** Options of the runtime that no `Request` holds (`priority`, a dispatcher). */
  rest: RequestInit;
  through: typeof globalThis.fetch;
}

/** Headers, and the authorization they are made of. */
interface Signed {
  headers: Headers;
  auth: Authorization;
}

/** How often a request is signed anew because the tab had to look at the vault again meanwhile. */
const mostTries = 3;

/** A proof is made again for a nonce at most this often: the nonce may go out of date in between. */
const mostNonces = 2;

/** After a refresh that did not help, an API's 401s are the caller's for this long: newer tokens are not what it asks for. */
const inVainForMs = 30_000;

/**
 * Makes a `fetch` that speaks for the person who is signed in.
 *
 * - The token, and the DPoP proof when it is bound, go to the API origins only. Requests to other origins, and requests with
 *   an `Authorization` of their own, are sent as they are.
 * - A redirect within the origin is followed with the token, one to another origin without it. A runtime that would take it
 *   along gets `redirect: 'error'`. A proof names one URL, so with a bound token a redirected GET is then made anew where it led.
 * - After a 401 the tokens are renewed once, and the request is sent once more, byte by byte the same. A stream cannot be:
 *   `body_not_replayable` says that the tokens are new and the call can be repeated. The second 401 is the caller's,
 *   and so are all that follow within half a minute: an API that refuses every token must not make a refresh of every call.
 * - When the person signs out, or another one signs in, what is under way rejects with that SessionError.
 */
export function createFetch(options: FetchOptions): AuthorizedFetch {
  const { authorizer, keys, clock, baseUrl, fetch: send = (...args) => globalThis.fetch(...args) } = options;
  const origins = new Set(options.origins.map((origin) => new URL(origin).origin));
  const park = options.stepUp && shareStepUp(options.stepUp, authorizer);
  const nonces = new Map<string, string>();
  /** When a refresh did not help, by person, origin and code of the 401. */
  const inVain = new Map<string, number>();
  const isOurs = (url: string): boolean => origins.has(new URL(url).origin);

  async function headersFor(request: Request, signal: AbortSignal, auth: Authorization): Promise<Headers> {
    const { accessToken, tokenType, key, offsetMs } = auth;
    const headers = new Headers(request.headers);
    headers.set('Authorization', `${tokenType} ${accessToken}`);
    if (key && tokenType === 'DPoP') {
      const { url, method } = request;
      const nonce = nonces.get(new URL(url).origin);
      const proof = keys.prove(key, { method, url, nonce, accessToken, now: clock.now() + offsetMs });
      headers.set('DPoP', await untilAborted(proof, signal));
    }
    return headers;
  }

  /**
   * Signs for what this tab knows to be true when it is done. A tab that went away, or that looks at the vault again, has to
   * learn first; signing takes a moment, so that may happen in the middle of it.
   */
  async function sign(request: Request, signal: AbortSignal, given: Authorization): Promise<Signed> {
    for (let auth = given, tries = mostTries; ; tries--) {
      const headers = await headersFor(request, signal, auth);
      if (tries === 0 || auth.signal.aborted || authorizer.isCurrent(auth)) return { headers, auth };
      auth = await untilAborted(authorizer.authorize(given.userId), signal);
    }
  }

  /** What ties a request to the person. The last thing before it is sent: nothing may be awaited in between. */
  function bind({ redirect }: Request, signal: AbortSignal, auth: Authorization): RequestInit {
    if (!authorizer.isCurrent(auth)) throw departed(auth);
    return {
      signal: linkSignals(signal, auth.signal as AbortSignal),
      redirect: redirect === 'follow' && !dropsTokenOnRedirect() ? 'error' : redirect,
    };
  }

  async function sendAs(
    given: Authorization,
    request: Request,
    { signal, once, rest, through }: CallInit,
  ): Promise<Response> {
    const { headers, auth } = await sign(request, signal, given);
    try {
      const init = { ...rest, headers, ...bind(request, signal, auth) };
      const response = await through(once ? request : request.clone(), init);
      const nonce = response.headers.get('dpop-nonce');
      if (nonce && !response.redirected) nonces.set(new URL(request.url).origin, nonce);
      return response;
    } catch (error) {
      throw auth.signal.aborted && !signal.aborted ? departed(auth) : error;
    }
  }

  async function fetch(
    input: string | URL | Request,
    init: RequestInit = {},
    as?: string,
    through = send,
  ): Promise<Response> {
    const { body, ...rest } = init;
    let request = new Request(isRequest(input) ? input : absoluteUrl(input, baseUrl), init);
    if (!isOurs(request.url) || request.headers.has('authorization')) return through(request, rest);
    // Not the request's own where it can be helped: Node forgets whom that one follows when it collects garbage.
    const signal = init.signal ?? (isRequest(input) ? input : request).signal;
    const once = isStream(body);
    const untried = { nonce: mostNonces, step_up: park ? 1 : 0, renew: 1, move: 1 };
    let auth = await untilAborted(authorizer.authorize(as), signal);
    for (;;) {
      const response = await sendAs(auth, request, { signal, once, rest, through });
      const { status, url, redirected } = response;
      if (redirected && !isOurs(url)) return response;
      // A redirected POST has been carried out by whoever redirected it, for all we know: it is not sent again.
      const safe = !redirected || /^(GET|HEAD)$/.test(request.method);
      if (status === 401 && redirected && safe && auth.tokenType === 'DPoP' && untried.move-- > 0) {
        request = new Request(url, request);
        continue;
      }
      const code = status === 401 || status === 403 ? await answerCode(response) : undefined;
      const step = nextStep(status, code, untried);
      const refusal = [auth.userId, new URL(request.url).origin, code].join(' ');
      if (step === 'done') {
        if (status === 401 && !untried.renew) {
          inVain.set(refusal, clock.now());
          authorizer.reportRejected(withoutQuery(request.url));
        }
        return response;
      }
      if (step === 'renew' && Math.abs(clock.now() - (inVain.get(refusal) ?? Infinity)) < inVainForMs) return response;
      untried[step] -= 1;
      if (step === 'step_up') await park!(request, auth, signal);
      if (step !== 'nonce') auth = await untilAborted(authorizer.reauthorize(auth), signal);
      if (!safe) return response;
      response.body?.cancel().catch(() => {});
      if (once) throw notReplayable(status);
    }
  }

  async function authorize(request: Request, as?: string): Promise<Request> {
    if (!isOurs(request.url))
      throw new SessionError('not_allowed_origin', 'The token is not for this origin; add it to the API origins.');
    const given = await untilAborted(authorizer.authorize(as), request.signal);
    const { headers, auth } = await sign(request, request.signal, given);
    return new Request(request.clone(), { headers, ...bind(request, request.signal, auth) });
  }

  return { fetch, authorize };
}

function isRequest(input: string | URL | Request): input is Request {
  return typeof input === 'object' && 'url' in input;
}

function departed({ signal }: Authorization): SessionError {
  return isSessionError(signal.reason)
    ? signal.reason
    : new SessionError('identity_changed', 'The request was given up: its person is not signed in any more.');
}

function notReplayable(status: number): SessionError {
  return new SessionError(
    'body_not_replayable',
    'The API refused the token, and a stream cannot be sent twice. The tokens are new now: call again with a new body.',
    { status },
  );
}
