import { durationMs, type Duration } from '../../protocol/duration.ts';
import type { SessionType } from '../../server/engine/lifetimes.ts';
import type { CreateSession, Renewal } from '../../server/engine/sessions.ts';
import { invalidArgument } from './errors.ts';
import type { CreateSessionInput } from './session-api.ts';
import { instantOf } from './session-record.ts';

/** Lives of sessions that ask for nothing else. */
export interface SdkLifetimes {
  /** Default 24 hours. */
  expiresIn?: Duration;
  /** Ends when there is no `touch` for so long; null for no such limit. Default: none; of an engine handed in, its own. */
  idleTimeout?: Duration | null;
  /** Default: 30 days, or the life if that is longer; of an engine handed in, its own. */
  absoluteTimeout?: Duration | null;
  /** Default `'manual'`. */
  renewal?: Renewal;
}

type Lifetimes = Pick<SessionType, 'window' | 'idleTimeout' | 'absoluteTimeout' | 'renewal'>;
type Lives = Pick<CreateSession, 'window' | 'endsAt' | 'idleTimeout' | 'absoluteTimeout' | 'renewal'>;

const defaultLife = '24h';
const defaultAbsolute = '30d';

/** The lives that a new session asks the engine for. `own`: of our own engine, whose limits are ours, too. */
export function livesOf(input: CreateSessionInput, defaults: SdkLifetimes, own: boolean, now: number): Lives {
  if (input.expiresIn !== undefined && input.expiresAt !== undefined)
    throw invalidArgument('Give either `expiresIn` or `expiresAt`.');
  const fixed = input.expiresAt === undefined ? null : instantOf(input.expiresAt);
  const lifeMs = fixed === null ? durationMs(input.expiresIn ?? defaults.expiresIn ?? defaultLife) : fixed - now;
  const idleTimeout = firstOf(input.idleTimeout, defaults.idleTimeout, own ? null : undefined);
  const grown = ofMs(Math.max(lifeMs, durationMs(defaultAbsolute)));
  const absoluteTimeout = firstOf(input.absoluteTimeout, defaults.absoluteTimeout, own ? grown : undefined);
  return {
    ...(fixed === null
      ? { window: ofMs(lifeMs), renewal: input.renewal ?? defaults.renewal ?? 'manual' }
      : { endsAt: fixed }),
    ...(idleTimeout !== undefined && { idleTimeout }),
    ...(absoluteTimeout !== undefined && { absoluteTimeout }),
  };
}

/** The lives of sessions that are made in our own engine and say nothing of theirs. */
export function ownLives({ expiresIn, idleTimeout, absoluteTimeout, renewal }: SdkLifetimes): Lifetimes {
  return {
    window: expiresIn ?? defaultLife,
    idleTimeout: idleTimeout ?? null,
    absoluteTimeout: absoluteTimeout === undefined ? defaultAbsolute : absoluteTimeout,
    renewal: renewal ?? 'manual',
  };
}

function firstOf<T>(...given: (T | undefined)[]): T | undefined {
  return given.find((one) => one !== undefined);
}

function ofMs(ms: number): Duration {
  return { milliseconds: () => ms };
}
