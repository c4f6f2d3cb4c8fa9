import type { Duration } from '../../protocol/duration.ts';
import { createSessions } from '../engine/create-sessions.ts';
import type { Sessions } from '../engine/sessions.ts';
import { createMac } from '../tokens/mac.ts';
import { createRandom } from '../tokens/random.ts';
import type { OpenedStore } from './open-store.ts';

/** What {@link openEngine} takes. */
export interface EngineOptions {
  idle?: Duration | undefined;
  absolute?: Duration | undefined;
  maxPerUser?: number | null | undefined;
  onError: (error: unknown) => void;
}

/** The engine on an opened store. Closing it closes the store. */
export function openEngine({ store, secrets, macSecrets, close }: OpenedStore, options: EngineOptions): Sessions {
  const { idle, absolute, maxPerUser, onError } = options;
  const mac = createMac({ secrets: macSecrets, userTagSecret: secrets.userTag });
  const sessions = createSessions({
    store,
    clock: { now: () => Date.now() },
    mac,
    random: createRandom(),
    onError,
    ...(idle === undefined ? {} : { idleTimeout: idle }),
    ...(absolute === undefined ? {} : { absoluteTimeout: absolute }),
    ...(maxPerUser === undefined ? {} : { maxPerUser }),
  });
  return {
    ...sessions,
    close: async () => {
      await sessions.close();
      await close?.();
    },
  };
}
