import type { Keys, Platform } from './client/core/ports.ts';
import type { BehaviourOptions } from './client/core/settings.ts';
import type { Transport } from './client/core/transport.ts';
import type { Vault } from './client/core/vault.ts';
import type { StepUp } from './client/http/step-up.ts';
import type { User } from './protocol/session-view.ts';

/** Options of `createSessionManager`. Either `url` (our own server) or `transport` (another one) is needed. */
export interface SessionOptions<U extends { id: string } = User> extends BehaviourOptions<U> {
  /** Where the session server is mounted: `'https://auth.example.com'`, or `'/auth'` on the page's own origin. */
  url?: string;
  /** The refresh token rests in an `HttpOnly` cookie that no script can read; the server must be in cookie mode too. @default false */
  cookies?: boolean;
  /** How tokens are renewed where the server is not ours (`sojourn/oauth2`). Takes `fetch` and time limits of its own. */
  transport?: Transport;
  /**
   * The origins that requests carry the token to, besides that of `url`. Nothing else ever sees it.
   * @default none besides; with a `transport` the origin of its token endpoint
   */
  apiOrigins?: readonly string[];
  /**
   * Where tokens rest: in IndexedDB, shared by all tabs; for this tab alone (survives a reload); or in memory only.
   * @default 'persistent', with memory as the fallback
   */
  persistence?: 'persistent' | 'tab' | 'memory';
  /**
   * Where access tokens rest: in the vault, so that a reload and a start without a network have one; or in the memory of each
   * tab alone. Then nothing that a script can read from storage opens the API, each tab and each reload makes a refresh of
   * its own, and offline a reloaded page knows who is signed in but has no token.
   * @default 'vault'
   */
  accessTokens?: 'vault' | 'memory';
  /**
   * `'hidden'`: the manager hands out no token. `getAccessToken`, `authorize` and `peekAccessToken` refuse with `not_supported`;
   * `fetch`, ky, devices and data work as ever. It keeps tokens out of the app's own code and out of what that code logs.
   * It is no wall against a script in the page, which can read the vault, replace the global `fetch`, or send requests of its
   * own: use it with `cookies` and `accessTokens: 'memory'`, so that no storage holds a token either.
   * @default 'readable'
   */
  tokens?: 'readable' | 'hidden';
  /** A vault of your own (`sojourn/vaults`), in the place of `persistence`. Each server needs another one: what rests in it is sent there. */
  vault?: Vault;
  /**
   * Sends all requests, but not those of a `transport`, which is given its own (`oauth2Transport({ fetch })`).
   * @default the global `fetch`, looked up at each call
   */
  fetch?: typeof globalThis.fetch;
  /**
   * Lets the person prove themselves again when the API asks for it (`step_up_required`, or `insufficient_user_authentication` of
   * RFC 9470): call `manager.reauthenticate`. The request then goes out again.
   */
  stepUp?: StepUp;
  /** Makes and uses the key that tokens are bound to. @default WebCrypto, ES256, not extractable */
  keys?: Keys;
  /** Parts of the runtime to replace: the clock in tests, the page's life in a native shell. */
  platform?: Partial<Platform>;
}
