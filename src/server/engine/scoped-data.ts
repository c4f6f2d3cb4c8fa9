import type { Duration } from '../../protocol/duration.ts';
import type { JsonValue } from './json.ts';

/**
 * Values that belong to a session and have a life of their own: a cart that stays for a day whatever becomes of the session, a
 * form that is gone in an hour. Writing needs a live session; what was written can be read after the session's end.
 */
export interface ScopedData {
  /** Null when there is none, or none any more. */
  get(id: string, name: string): Promise<JsonValue>;
  /** Names with their ends. */
  list(id: string): Promise<ScopedEntry[]>;
  /** Keeps a value for `life`, from now; without one for 24 hours. */
  set(id: string, name: string, value: JsonValue, options?: { life?: Duration }): Promise<void>;
  /** Reads, changes and writes in one: nothing that others write in between is lost. `change` may be called more than once. */
  mutate(
    id: string,
    name: string,
    change: (value: JsonValue) => JsonValue,
    options?: { life?: Duration },
  ): Promise<JsonValue>;
  /** True when there was one. */
  remove(id: string, name: string): Promise<boolean>;
}

/** A value that is kept. */
export interface ScopedEntry {
  name: string;
  /** Epoch milliseconds. */
  endsAt: number;
}
