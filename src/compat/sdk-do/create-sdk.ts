import { createAuth, type AuthApi, type Authenticate } from './auth.ts';
import { checkOptions, createEngine, type EngineOptions, type SdkEngine } from './engine.ts';
import { invalidArgument, translated } from './errors.ts';
import type { EventsApi } from './events.ts';
import { createKeyValues, type KeyValues } from './key-values.ts';
import { createPath, type PathRoot } from './semantic-path.ts';
import type { SessionApi } from './session-api.ts';
import { createSessionApi } from './session-lifecycle.ts';

/** What {@link createSdk} takes. Everything has a default that works without a thought. */
export interface SdkOptions extends EngineOptions {
  /** Says who signs in with `auth.login`. Default: nobody can. */
  authenticate?: Authenticate;
}

/** Sessions, signing in, a small database, events and paths over one engine. */
export interface Sdk extends EventsApi {
  $: PathRoot;
  session: SessionApi;
  auth: AuthApi;
  db: KeyValues;
  /** Changes options. Those of the engine only before it is first used: else throws `INVALID_ARGUMENT`. */
  configure(options: SdkOptions): void;
}

/**
 * Makes nothing yet: the engine is made when it is first used.
 *
 * @throws SessionError `INVALID_ARGUMENT` for `secret` and `tokens` together; at the first use, also for a short secret.
 */
export function createSdk(options: SdkOptions = {}): Sdk {
  checkOptions(options);
  let settings = options;
  let made: SdkEngine | null = null;
  const engine = (): SdkEngine => {
    try {
      return (made ??= createEngine(settings));
    } catch (error) {
      throw translated(error);
    }
  };
  return {
    $: createPath(),
    session: createSessionApi(engine),
    auth: createAuth(() => settings.authenticate),
    db: createKeyValues(engine),
    on: (...args) => engine().events.on(...args),
    once: (...args) => engine().events.once(...args),
    off: (handler) => {
      engine().events.off(handler);
    },
    send: async (...args) => engine().events.send(...args),
    configure: (more) => {
      if (typeof more !== 'object' || more === null) throw invalidArgument('Pass options, such as `{ authenticate }`.');
      if (made !== null && Object.keys(more).some((name) => name !== 'authenticate'))
        throw invalidArgument('The engine is in use already; configure it before the first call.');
      const next = { ...settings, ...more };
      checkOptions(next);
      settings = next;
    },
  };
}
