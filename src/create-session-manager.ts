import { createManagerCore } from './client/core/manager-core.ts';
import type { AuthenticatedState, SessionState } from './client/core/session-state.ts';
import { settingsFrom } from './client/core/settings.ts';
import type { Vault } from './client/core/vault.ts';
import { lazyVault } from './client/vaults/lazy.ts';
import { defaultPlatform } from './client/platform/default-platform.ts';
import { defaultVault } from './client/vaults/default.ts';
import { indexedDbLeases } from './client/vaults/leases.ts';
import { memoryVault } from './client/vaults/memory.ts';
import { durationMs } from './protocol/duration.ts';
import { SessionError } from './protocol/session-error.ts';
import type { User } from './protocol/session-view.ts';
import type { SessionApi } from './client/http/session-api.ts';
import type { Online } from './online.ts';
import { hiddenTokens } from './hidden-tokens.ts';
import type { AccessTokenOptions, SessionManager } from './session-manager.ts';
import type { SessionOptions } from './session-options.ts';

/**
 * Creates the manager of one person's session, and starts reading what the vault says. It keeps tokens, refreshes them before
 * they expire, keeps all tabs in step, notices when the person is away, and works offline.
 *
 * @throws SessionError `invalid_argument` or `invalid_duration` when an option cannot be used
 * @example
 * ```ts
 * const session = createSessionManager({ url: 'https://auth.example.com' });
 * await session.signIn({ username: 'ada', password: 'lovelace' });
 * const response = await session.fetch('/session');
 * ```
 */
export function createSessionManager<U extends { id: string } = User>(options: SessionOptions<U>): SessionManager<U> {
  const { url, transport, vault, persistence } = (options as SessionOptions<U> | undefined) ?? {};
  const server = serverAt(transport ? transport.tokenUrl : url);
  const given = settingsFrom(options);
  // What is kept and said for one server is never read as another's, whatever the name: the tokens would be sent there.
  const settings = { ...given, name: `${given.name}@${server}` };
  const platform = { ...defaultPlatform({ leases: indexedDbLeases }), ...options.platform };
  let loading: Promise<Online> | null = null;

  function whereTokensRest(): Vault {
    if (vault) return vault;
    if (persistence === 'memory') return memoryVault();
    if (persistence !== 'tab') return defaultVault(settings.name, platform);
    return lazyVault(async () => (await import('./client/vaults/tab.ts')).tabVault(settings.name, platform));
  }

  function chooseVault(): Vault {
    const inner = whereTokensRest();
    if (options.accessTokens !== 'memory') return inner;
    return lazyVault(async () => (await import('./client/vaults/no-access-token.ts')).withoutAccessToken(inner), inner);
  }

  function online(): Promise<Online> {
    loading ??= import('./online.ts').then(
      ({ goOnline }) => goOnline(options, settings, platform, core),
      (cause: unknown) => {
        loading = null;
        throw new SessionError(
          'network_error',
          'A part of the app could not be loaded. Check the network, or reload.',
          { cause },
        );
      },
    );
    return loading;
  }

  const core = createManagerCore({
    platform,
    settings,
    network: async () => (await online()).network,
    vault: chooseVault(),
    memoryVault,
    touch: () => callApi((api) => api.touch()),
    openStream:
      (options.liveEvents ?? 'document' in globalThis) && !transport
        ? (heard) => async (signal) => (await online()).openStream(heard)(signal)
        : null,
  });
  const getState = core.state.getState as () => SessionState<U>;

  /** Whoever is signed in when something is asked for: nothing that is loaded first may make it somebody else's. */
  function person(): string | undefined {
    const state = getState();
    return state.status === 'authenticated' ? state.user.id : undefined;
  }

  async function callApi<T>(call: (api: SessionApi) => Promise<T>): Promise<T> {
    const as = person();
    return call((await online()).api(as));
  }

  async function tokenFor({ minValidity }: AccessTokenOptions): Promise<string> {
    return core.accessToken(minValidity === undefined || minValidity === 0 ? minValidity : durationMs(minValidity));
  }

  function authenticated(): AuthenticatedState<U> {
    const state = getState();
    if (state.status === 'authenticated') return state;
    throw new SessionError('session_ended', 'The session is over already. Sign in again.');
  }

  return {
    name: given.name,
    getState,
    subscribe: core.state.subscribe,
    token: core.token,
    idle: core.idle,
    on: core.on as SessionManager<U>['on'],
    async ready() {
      await core.ready();
      return getState();
    },
    async signIn(credentials, { remember = false } = {}) {
      await core.signIn(credentials, remember);
      return authenticated();
    },
    async adopt(tokens, user) {
      await core.adopt(tokens, user);
      return authenticated();
    },
    reauthenticate: (credentials) => callApi((api) => api.reauthenticate(credentials)),
    async signOut({ scope = 'this' } = {}) {
      if (scope === 'this') return core.signOut();
      if (scope !== 'all' && scope !== 'others') throw unusable('The scope is `this`, `others` or `all`.');
      const as = person();
      const asked = callApi<unknown>((api) => (scope === 'all' ? api.revokeAll() : api.revokeOthers()));
      await asked.catch(() => {});
      // This one ends whatever becomes of the others.
      if (scope === 'all' && person() === as) await core.signOut();
      await asked;
    },
    // Without options nothing stands between the call and the token.
    getAccessToken: (asked) => (asked ? tokenFor(asked) : core.accessToken(undefined)),
    peekAccessToken: core.peek,
    refresh: core.refresh,
    async fetch(input, init) {
      const as = person();
      return (await online()).fetch(input, init, as);
    },
    async authorize(request) {
      const as = person();
      return (await online()).authorize(request, as);
    },
    stayActive: core.stayActive,
    hold: core.hold,
    devices: {
      list: () => callApi(({ devices }) => devices.list()),
      revoke: (id) => callApi(({ devices }) => devices.revoke(id)),
    },
    data: {
      get: () => callApi(({ data }) => data.get()),
      set: (key, value) => callApi(({ data }) => data.set(key, value)),
      merge: (patch) => callApi(({ data }) => data.merge(patch)),
      remove: (key) => callApi(({ data }) => data.remove(key)),
      clear: () => callApi(({ data }) => data.clear()),
    },
    dispose: core.dispose,
    ...(options.tokens === 'hidden' && hiddenTokens),
  };
}

/** Which server it is, however its address is written. @throws SessionError `invalid_argument` */
function serverAt(url: string | undefined): string {
  const base = globalThis.location?.href;
  const href = url && URL.canParse(url, base) ? new URL(url, base).href : '';
  if (href.startsWith('http')) return href.replace(/\/+$/, '');
  throw unusable('Pass the `url` of the session server (https:, or in pages a path), or a `transport`.');
}

function unusable(message: string): SessionError {
  return new SessionError('invalid_argument', message);
}
