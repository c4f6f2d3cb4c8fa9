import { backoffMs } from './client/core/backoff.ts';
import type { ManagerCore } from './client/core/manager-core.ts';
import type { OpenStream } from './client/core/live-watch.ts';
import type { Network } from './client/core/network.ts';
import { createOutbox } from './client/core/outbox.ts';
import type { Platform } from './client/core/ports.ts';
import { askOffset } from './client/core/ask-offset.ts';
import { renewOnce } from './client/core/renew-once.ts';
import { createLiveWatch } from './client/core/live-watch.ts';
import type { Settings } from './client/core/settings.ts';
import { createSignIn } from './client/core/sign-in.ts';
import { createFetch, type AuthorizedFetch } from './client/http/fetch.ts';
import { createSessionApi, type SessionApi } from './client/http/session-api.ts';
import { withinLimit } from './client/http/within-limit.ts';
import { webKeys } from './client/platform/keys.ts';
import { referenceTransport } from './client/transports/reference.ts';
import { SessionError } from './protocol/session-error.ts';
import { checkOptions } from './check-options.ts';
import type { SessionOptions } from './session-options.ts';

/** The half of a manager that speaks to servers. */
export interface Online extends AuthorizedFetch {
  network: Network;
  /** For `as`, or for whoever is signed in at the time of each call. */
  api(as: string | undefined): SessionApi;
  openStream(heard: { ended(): void; changed(): void }): OpenStream;
}

/** A cookie that was put back by an old answer costs one more. */
const mostRefreshes = 3;

/** Live events after which the token endpoint is asked: it knows whether the session goes on, and has new claims. */
const asksServer: ReadonlySet<string> = new Set(['session.ended', 'session.claims_changed', 'user.sessions_revoked']);

/** Puts that half together. It is a chunk of its own, loaded when something needs the network. */
export function goOnline<U extends { id: string }>(
  options: SessionOptions<U>,
  settings: Settings,
  platform: Platform,
  core: Pick<ManagerCore, 'authorize' | 'reauthorize' | 'isCurrent' | 'reportRejected' | 'token' | 'refresh'>,
): Online {
  checkOptions(options);
  const { url, cookies = false, fetch: send = (...args) => globalThis.fetch(...args), stepUp } = options;
  const { requestTimeoutMs } = settings;
  const { clock, random } = platform;
  const keys = options.keys ?? webKeys();
  const binding = settings.binding === 'refresh' ? 'refresh' : 'all';
  const transport =
    options.transport ?? referenceTransport({ url: url ?? '', cookies, binding, fetch: send, requestTimeoutMs });
  const { apiUrl, tokenUrl } = transport;
  const { apiOrigins } = options;
  // Our own server is always one: without its token it would know of no activity, and end people as idle who are there.
  const origins = apiUrl ? [apiUrl, ...(apiOrigins ?? [])] : (apiOrigins ?? [tokenUrl]);
  const requests = createFetch({ authorizer: core, keys, clock, origins, baseUrl: apiUrl, fetch: send, stepUp });
  const bounded = withinLimit(send, clock, requestTimeoutMs);

  /** A refresh that was on its way already may bring a token of before; the one after it cannot. */
  async function renewPast(generation: number): Promise<void> {
    for (let tries = mostRefreshes; tries > 0; tries--) {
      if ((core.token.getState().generation ?? Infinity) > generation) return;
      await core.refresh();
    }
  }

  return {
    ...requests,
    network: { transport, keys, askOffset, renewOnce, createLiveWatch, createSignIn, createOutbox },
    api: (as) => createSessionApi((url, init) => requests.fetch(url, init, as, bounded), apiUrl, renewPast),
    openStream(heard) {
      let lastEventId: string | null = null;
      return async (signal) => {
        if (apiUrl === null) throw new SessionError('not_supported', 'Live events are an offer of our own server.');
        const { openEventStream } = await import('./client/http/live-events.ts');
        const end = await openEventStream({
          url: `${apiUrl}/events`,
          fetch: requests.fetch,
          signal,
          clock,
          random,
          backoff: backoffMs,
          lastEventId,
          onEvent({ type }) {
            if (asksServer.has(type)) heard.ended();
            else if (type !== 'session.touched') heard.changed();
          },
        });
        lastEventId = end.lastEventId;
      };
    },
  };
}
