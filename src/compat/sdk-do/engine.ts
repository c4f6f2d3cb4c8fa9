import type { Clock } from '../../server/engine/ports.ts';
import { createSessions } from '../../server/engine/create-sessions.ts';
import type { Sessions } from '../../server/engine/sessions.ts';
import type { Store } from '../../server/engine/store.ts';
import { createMemoryStore } from '../../server/stores/memory.ts';
import { createMac } from '../../server/tokens/mac.ts';
import { createRandom } from '../../server/tokens/random.ts';
import { createSessionTokens, type SessionTokens } from '../../server/tokens/session-tokens.ts';
import { createEvents, type EventSource } from './events.ts';
import { ownLives, type SdkLifetimes } from './lifetimes.ts';

/** Where sessions are kept, and by which rules. */
export interface EngineOptions extends SdkLifetimes {
  /** An engine of your own. Default: one of our own. */
  sessions?: Sessions;
  /** The store of that engine, for `db`; or one for ours. Default: in this process, gone when it ends. */
  store?: Store;
  /** Type of the sessions that are created: of an engine of your own, one that it knows. */
  type?: string;
  /** Session tokens. Default: signed with a secret that is gone when the process ends. */
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

/** Puts the parts together. */
export function createEngine(options: EngineOptions): SdkEngine {
  const { clock = { now: () => Date.now() }, onError = () => {}, store } = options;
  const own = options.sessions === undefined;
  const kept = store ?? (own ? createMemoryStore() : null);
  const sessions = options.sessions ?? createOwn(kept!, clock, options);
  return {
    sessions,
    tokens: options.tokens ?? createSessionTokens({ secret: createRandom().bytes(32), clock }),
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
