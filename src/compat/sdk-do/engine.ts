import type { Clock } from '../../server/engine/ports.ts';
import { createSessions } from '../../server/engine/create-sessions.ts';
import type { Sessions } from '../../server/engine/sessions.ts';
import type { Store } from '../../server/engine/store.ts';
import { createMemoryStore } from '../../server/stores/memory.ts';
import { createMac } from '../../server/tokens/mac.ts';
import { createRandom } from '../../server/tokens/random.ts';
import { createSessionTokens, type SessionTokens } from '../../server/tokens/session-tokens.ts';
import type { TokenSecret } from '../../server/tokens/token-secrets.ts';
import { invalidArgument } from './errors.ts';
import { createEvents, type EventSource } from './events.ts';
import { ownLives, type SdkLifetimes } from './lifetimes.ts';

/** Where sessions are kept, and by which rules. */
export interface EngineOptions extends SdkLifetimes {
  /** An engine of your own. Default: one of our own. */
  sessions?: Sessions;
  /**
   * The store of that engine, for `db`; or one for ours. Default: in this process, gone when it ends. A store that outlives the
   * process needs an engine of your own: the secrets by which ours finds a user's sessions end with the process.
   */
  store?: Store;
  /** Type of the sessions that are created: of an engine of your own, one that it knows. */
  type?: string;
  /**
   * Signs session tokens: at least 32 bytes. Default: a new one, so that tokens end with the process. Of several the first is
   * used, and tokens of all are read.
   */
  secret?: TokenSecret | readonly TokenSecret[];
  /** Session tokens of your own making, in the place of a `secret`. Both together are `INVALID_ARGUMENT`. */
  tokens?: SessionTokens;
  /** Epoch milliseconds. Default: the machine's clock. */
  clock?: Clock;
  /** Told when a handler of events fails. Default: nobody is. */
  onError?: (error: unknown) => void;
}

/** Everything that the parts of this facade work with. */
export interface SdkEngine {
  sessions: Sessions;
  tokens: SessionTokens;
  events: EventSource;
  notes: Store | null;
  clock: Clock;
  /** Of the sessions that are created; null for the default. */
  type: string | null;
  /** Whether the engine is ours. */
  own: boolean;
  lifetimes: SdkLifetimes;
}

const ownType = 'session';

/** Throws `INVALID_ARGUMENT` for options that contradict each other. */
export function checkOptions({ secret, tokens }: EngineOptions): void {
  if (secret !== undefined && tokens !== undefined)
    throw invalidArgument('Pass either `secret` or `tokens`: tokens have a secret of their own.');
}

/** Puts the parts together. */
export function createEngine(options: EngineOptions): SdkEngine {
  const { clock = { now: () => Date.now() }, onError = () => {}, store } = options;
  const { secret = createRandom().bytes(32), tokens = createSessionTokens({ secret, clock }) } = options;
  const own = options.sessions === undefined;
  const kept = store ?? (own ? createMemoryStore() : null);
  const sessions = options.sessions ?? createOwn(kept!, clock, options);
  return {
    sessions,
    tokens,
    events: createEvents({ sessions, now: () => clock.now(), onError }),
    notes: kept,
    clock,
    type: own ? ownType : (options.type ?? null),
    own,
    lifetimes: options,
  };
}

/** With the lives of this facade as its own: for sessions that are made past it, by a tool. */
function createOwn(store: Store, clock: Clock, options: EngineOptions): Sessions {
  const random = createRandom();
  const mac = createMac({ secrets: { 1: random.bytes(32) }, current: 1, userTagSecret: random.bytes(32) });
  return createSessions({ ...ownLives(options), store, clock, random, mac, types: { [ownType]: {} } });
}
