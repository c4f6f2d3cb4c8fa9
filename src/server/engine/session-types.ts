import type { JsonObject } from './json.ts';
import type { Renewal } from './session.ts';

/** Session types that are kept in the store and can change while the server runs. Those given in code stand beside them, and win. */
export interface SessionTypes {
  /** Keeps a new type. Throws `session_type_exists`, `invalid_selector`, `invalid_duration`, `data_invalid` (a bad schema). */
  define(type: NewTypeDefinition): Promise<TypeDefinition>;
  /** Changes what is given, and keeps the rest. Sessions that live keep their window until they are renewed. Throws `session_type_not_found`. */
  update(tag: string, patch: Partial<Omit<NewTypeDefinition, 'tag'>>): Promise<TypeDefinition>;
  /** Null when there is none of this tag. */
  get(tag: string): Promise<TypeDefinition | null>;
  /** By tag upwards. */
  list(): Promise<TypeDefinition[]>;
  /**
   * Removes a type; true when there was one. While sessions of it live that is refused (`version_conflict`), unless `force`
   * is true: then they are ended first.
   */
  remove(tag: string, options?: { force?: boolean }): Promise<boolean>;
}

/** A session type as it is kept. Lives are in milliseconds; null switches a limit off. */
export interface TypeDefinition {
  /** Names it: 1 to 64 characters of `A-Za-z0-9_.-`. */
  tag: string;
  /** For people. */
  name: string;
  description: string;
  /**
   * What the data of its sessions looks like, by sample: a leaf stands for its own kind, and the texts `'string'`, `'number'`
   * and `'boolean'` for the kind they name. Keys that it does not name are allowed. Null for anything.
   */
  schema: JsonObject | null;
  /** Where the data says whose session it is: `'$Session{userId}'`, `'$Session{details}{username}'`. Null for nowhere. */
  selector: string | null;
  /** Whether session tokens should carry the data encrypted, so that only the server can read it; for who issues them. */
  encrypt: boolean;
  windowMs: number | null;
  idleTimeoutMs: number | null;
  /** Null for no absolute end; undefined for the engine's default. */
  absoluteMs: number | null | undefined;
  renewal: Renewal;
  /** Most live sessions of one user, of whatever type; the oldest end. Null for any number; undefined for the engine's default. */
  maxPerUser: number | null | undefined;
  /** What the caller wants to find again with the type; the engine never reads it. */
  custom: JsonObject | null;
  createdAt: number;
  updatedAt: number;
}

/** What {@link SessionTypes.define} takes. All but the tag has a default. */
export interface NewTypeDefinition {
  tag: string;
  /** Default: the tag. */
  name?: string;
  /** Default: empty. */
  description?: string;
  schema?: JsonObject | null;
  selector?: string | null;
  /** Default: false. */
  encrypt?: boolean;
  /** Default: null, no window. */
  windowMs?: number | null;
  /** Default: null, no idle limit. */
  idleTimeoutMs?: number | null;
  /** Default: the engine's. */
  absoluteMs?: number | null;
  /** Default: `'none'`. */
  renewal?: Renewal;
  /** Default: the engine's. */
  maxPerUser?: number | null;
  custom?: JsonObject | null;
}
