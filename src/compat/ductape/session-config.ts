import type { JsonObject } from '../../server/engine/json.ts';
import type { NewTypeDefinition, TypeDefinition } from '../../server/engine/session-types.ts';
import { invalidArgument } from './errors.ts';
import { expiryOf, toDuration, type Expiry, type Period } from './period.ts';

/** A session type: what its sessions hold, and how long they last. */
export interface SessionConfig extends Expiry {
  /** For people. */
  name: string;
  /** Names the type: 1 to 64 characters of `A-Za-z0-9_.-`. */
  tag: string;
  description: string;
  /**
   * The data by sample: `{ userId: 'user_123' }`, or by the name of its kind: `{ userId: 'string' }`. Other keys are allowed.
   * The data travels in the token, encrypted, so that only the back end can read it.
   */
  schema: JsonObject;
  /** Where the data says whose session it is: `'$Session{userId}'`, `'$Session{details}{username}'`. */
  selector: string;
}

/**
 * Changes of a session type; what is not given stays. Sessions that live take a longer life over at their next refresh; a shorter
 * one is for those that start afterwards.
 */
export type SessionConfigPatch = Partial<Omit<SessionConfig, 'tag'>>;

const required = ['name', 'tag', 'description', 'schema', 'selector', 'expiry', 'period'] as const;
/** Refreshing does not carry a session past this, unless its type lasts longer. */
const longestLifeMs = 30 * 86_400_000;

/** A type as the engine keeps it. Throws `INVALID_ARGUMENT` when a field is missing, `INVALID_DURATION`. */
export function definitionOf(config: SessionConfig, product: string | undefined): NewTypeDefinition {
  const missing = required.filter((field) => config[field] == null);
  if (missing.length > 0) throw invalidArgument(`A session type needs ${missing.join(', ')}, too.`);
  const { tag, name, description, schema, selector, expiry, period } = config;
  return { tag, name, description, schema, selector, encrypt: true, ...livesOf({ expiry, period }, product) };
}

/** A change as the engine takes it. */
export function patchOf(type: TypeDefinition, patch: SessionConfigPatch): Partial<Omit<NewTypeDefinition, 'tag'>> {
  const { expiry, period, ...rest } = patch;
  if (expiry === undefined && period === undefined) return rest;
  const before = expiryIn(type);
  const lives = livesOf({ expiry: expiry ?? before.expiry, period: period ?? before.period }, productOf(type));
  return { ...rest, ...lives };
}

/** A kept type as its owner wrote it. */
export function configOf(type: TypeDefinition): SessionConfig {
  const { name, tag, description, schema, selector } = type;
  return { name, tag, description, schema: schema ?? {}, selector: selector ?? '', ...expiryIn(type) };
}

/** Whether a type is one of a product. Those made without a product are everybody's. */
export function isOf(type: TypeDefinition, product: string | undefined): boolean {
  const owner = productOf(type);
  return owner === undefined || product === undefined || owner === product;
}

/** The session lasts as long as its type says; each refresh begins anew. */
function livesOf(
  { expiry, period }: Expiry,
  product: string | undefined,
): Required<Pick<NewTypeDefinition, 'windowMs' | 'absoluteMs' | 'renewal' | 'custom'>> {
  const windowMs = toDuration({ expiry, period });
  const custom = { expiry, period, ...(product === undefined ? {} : { product }) };
  return { windowMs, absoluteMs: Math.max(windowMs, longestLifeMs), renewal: 'manual', custom };
}

/** As it was written; types that were made elsewhere are told in days, hours, minutes or seconds. */
function expiryIn({ custom, windowMs }: TypeDefinition): Expiry {
  if (custom?.['expiry'] === undefined) return expiryOf(windowMs ?? 0);
  return { expiry: Number(custom['expiry']), period: custom['period'] as Period };
}

/** The product that a type was made for. */
export function productOf({ custom }: TypeDefinition): string | undefined {
  return custom?.['product'] === undefined ? undefined : String(custom['product']);
}
