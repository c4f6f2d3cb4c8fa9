import { durationMs } from '../../protocol/duration.ts';
import { checkJsonObject } from './data.ts';
import { invalidArgument } from './failures.ts';
import { checkPolicies, type SessionType } from './lifetimes.ts';
import { checkSelector } from './selector.ts';
import type { NewTypeDefinition, TypeDefinition } from './session-types.ts';
import { checkSchema } from './type-schema.ts';

const tagPattern = /^[A-Za-z0-9_.-]{1,64}$/;
const longest = { name: 256, description: 2048 };

/** Whether a session type may have this name. */
export function isTag(tag: unknown): tag is string {
  return typeof tag === 'string' && tagPattern.test(tag);
}

/** A new type as it is kept. Throws what {@link checked} throws. */
export function newDefinition(type: NewTypeDefinition, now: number): TypeDefinition {
  demandObject(type);
  if (!isTag(type.tag)) throw invalidArgument('The tag of a session type is 1 to 64 characters of A-Za-z0-9_.- .');
  return checked({
    tag: type.tag,
    name: type.name ?? type.tag,
    description: type.description ?? '',
    schema: type.schema ?? null,
    selector: type.selector ?? null,
    encrypt: type.encrypt ?? false,
    windowMs: type.windowMs ?? null,
    idleTimeoutMs: type.idleTimeoutMs ?? null,
    absoluteMs: type.absoluteMs,
    renewal: type.renewal ?? 'none',
    maxPerUser: type.maxPerUser,
    custom: type.custom ?? null,
    createdAt: now,
    updatedAt: now,
  });
}

/** The type with what the patch gives in the place of what it had. Throws what {@link checked} throws. */
export function patchedDefinition(
  type: TypeDefinition,
  patch: Partial<Omit<NewTypeDefinition, 'tag'>>,
  now: number,
): TypeDefinition {
  demandObject(patch);
  const given = Object.fromEntries(
    patchable.filter((member) => patch[member] !== undefined).map((member) => [member, patch[member]]),
  );
  return checked({ ...type, ...given, updatedAt: now });
}

const patchable = [
  'name',
  'description',
  'schema',
  'selector',
  'encrypt',
  'windowMs',
  'idleTimeoutMs',
  'absoluteMs',
  'renewal',
  'maxPerUser',
  'custom',
] as const;

function demandObject(type: unknown): void {
  if (typeof type !== 'object' || type === null) throw invalidArgument('A session type is an object.');
}

/** Throws `invalid_argument`, `invalid_duration`, `invalid_selector` or `data_invalid` unless sessions can be made of the type. */
function checked(type: TypeDefinition): TypeDefinition {
  if (typeof type.name !== 'string' || typeof type.description !== 'string')
    throw invalidArgument('The name and the description of a session type are texts.');
  if (type.name.length > longest.name || type.description.length > longest.description)
    throw invalidArgument(
      `The name of a session type has at most ${longest.name} characters, its description ${longest.description}.`,
    );
  if (typeof type.encrypt !== 'boolean') throw invalidArgument('encrypt is true or false.');
  checkPolicies(type);
  if (type.schema !== null) checkSchema(type.schema);
  if (type.selector !== null) checkSelector(type.selector, type.schema);
  if (type.custom !== null) checkJsonObject(type.custom);
  for (const ms of [type.windowMs, type.idleTimeoutMs, type.absoluteMs]) lifeOf(ms ?? null);
  return type;
}

/** A kept type as sessions are made of it. */
export function sessionTypeOf(type: TypeDefinition): SessionType {
  return {
    window: lifeOf(type.windowMs),
    idleTimeout: lifeOf(type.idleTimeoutMs),
    ...(type.absoluteMs === undefined ? {} : { absoluteTimeout: lifeOf(type.absoluteMs) }),
    renewal: type.renewal,
    ...(type.maxPerUser === undefined ? {} : { maxPerUser: type.maxPerUser }),
    schema: type.schema,
    selector: type.selector,
    encrypt: type.encrypt,
  };
}

function lifeOf(ms: number | null): string | null {
  if (ms === null) return null;
  const life = `${ms}ms`;
  durationMs(life);
  return life;
}
