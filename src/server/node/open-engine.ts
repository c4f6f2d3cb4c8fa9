import type { Duration } from '../../protocol/duration.ts';
import { createSessions } from '../create-sessions.ts';
import type { Lifetimes, SessionType } from '../engine/lifetimes.ts';
import type { Sessions } from '../engine/sessions.ts';
import { createMac } from '../tokens/mac.ts';
import type { OpenedStore } from './open-store.ts';

/** What {@link openEngine} takes. */
export interface EngineOptions {
  idle?: Duration | undefined;
  absolute?: Duration | undefined;
  rememberIdle?: Duration | undefined;
  rememberAbsolute?: Duration | undefined;
  maxPerUser?: number | null | undefined;
  types?: Readonly<Record<string, SessionType>> | undefined;
  onError: (error: unknown) => void;
}

/** The engine on an opened store. Closing it closes the store, if that was opened for it. */
export function openEngine({ store, secrets, macSecrets, close }: OpenedStore, options: EngineOptions): Sessions {
  const { idle, absolute, rememberIdle, rememberAbsolute, maxPerUser, types, onError } = options;
  const mac = createMac({ secrets: macSecrets, userTagSecret: secrets.userTag });
  const sessions = createSessions({
    store,
    mac,
    onError,
    ...limits(idle, absolute),
    remember: limits(rememberIdle, rememberAbsolute),
    ...(maxPerUser === undefined ? {} : { maxPerUser }),
    ...(types === undefined ? {} : { types }),
  });
  return { ...sessions, close };
}

function limits(idle: Duration | undefined, absolute: Duration | undefined): Lifetimes {
  return {
    ...(idle === undefined ? {} : { idleTimeout: idle }),
    ...(absolute === undefined ? {} : { absoluteTimeout: absolute }),
  };
}
