import { SessionError } from '../../protocol/session-error.ts';
import { encodeData } from './data.ts';
import type { JsonObject } from './json.ts';
import type { SessionType } from './lifetimes.ts';
import { checkSelector } from './selector.ts';
import { userTagOf } from './session-id.ts';
import type { SessionTypes, TypeDefinition } from './session-types.ts';
import { rememberType, type Logged, type Note, type Store } from './store.ts';
import { isTag, newDefinition, patchedDefinition, sessionTypeOf } from './type-definition.ts';
import { checkSchema, createSchemaChecks } from './type-schema.ts';
import { typedSessions } from './typed-sessions.ts';
import { writeAttempts } from './write-attempts.ts';

/** What {@link createSessionTypes} works with. */
export interface SessionTypesPorts {
  store: Pick<Store, 'note' | 'notes' | 'putNote' | 'dropNote' | 'ofType' | 'end'>;
  now: () => number;
  /** Types given in code. */
  named: Readonly<Record<string, SessionType>>;
  publish: (logged: Logged, userTag: string) => void;
}

/** What sessions are held to. */
export interface TypeRules {
  /** The type of a new session. A session without one has the type `'default'`. Throws `session_type_not_found`. */
  resolve(name: string | undefined): Promise<SessionType>;
  /** Throws `data_invalid` when the data does not fit the schema. */
  check(type: SessionType, data: JsonObject): void;
  /** The same by name. A type that was removed meanwhile asks for nothing. */
  checkData(typeName: string, data: JsonObject): Promise<void>;
}

interface Kept {
  text: string;
  type: SessionType;
}

const area = 'types';
const pageSize = 200;
const longestDefinition = 65_536;

/**
 * Session types: those in code, and those that the store keeps.
 *
 * @throws SessionError `data_invalid`, `invalid_selector` for types in code that cannot be used.
 */
export function createSessionTypes({ store, now, named, publish }: SessionTypesPorts): SessionTypes & TypeRules {
  for (const { schema, selector } of Object.values(named)) {
    if (schema != null) checkSchema(schema);
    if (selector != null) checkSelector(selector, schema ?? null);
  }
  const checkAgainst = createSchemaChecks();
  /** A schema is understood once. By text: a type that was removed and made anew has the versions of before. */
  const known = new Map<string, Kept>();

  const isInCode = (tag: string): boolean => Object.hasOwn(named, tag);
  const isReserved = (tag: string): boolean => tag === 'default' || tag === rememberType || isInCode(tag);
  const inCode = (tag: string): SessionType => (isInCode(tag) ? named[tag] : undefined) ?? {};

  function typeIn({ key, value: text }: Note): SessionType {
    const before = known.get(key);
    if (before?.text === text) return before.type;
    const type = sessionTypeOf(definitionIn(text));
    known.set(key, { text, type });
    return type;
  }

  async function read(tag: string): Promise<Note | null> {
    const note = isTag(tag) ? await store.note(area, tag, now()) : null;
    if (note === null) known.delete(tag);
    return note;
  }

  async function write(definition: TypeDefinition, ifVersion: number): Promise<boolean> {
    const { absoluteMs, maxPerUser, ...rest } = definition;
    const given = {
      ...rest,
      ...(absoluteMs === undefined ? {} : { absoluteMs }),
      ...(maxPerUser === undefined ? {} : { maxPerUser }),
    };
    const value = encodeData(given, longestDefinition) ?? '{}';
    return (await store.putNote(area, definition.tag, { value, expiresAt: null, ifVersion }, now())) !== null;
  }

  async function hasLive(tag: string): Promise<boolean> {
    for await (const { death } of typedSessions(store, tag, now())) if (death === null) return true;
    return false;
  }

  async function endAll(tag: string): Promise<void> {
    for await (const { record, death } of typedSessions(store, tag, now()))
      if (death === null) publish(await store.end(record.id, 'revoked', now()), userTagOf(record.id));
  }

  function check({ schema }: SessionType, data: JsonObject): void {
    if (schema != null) checkAgainst(schema, data);
  }

  return {
    define: async (input) => {
      const definition = newDefinition(input, now());
      if (isReserved(definition.tag) || !(await write(definition, 0)))
        throw new SessionError(
          'session_type_exists',
          `There is a session type '${definition.tag}' already; update it.`,
          {
            status: 409,
          },
        );
      return definition;
    },
    update: async (tag, patch) => {
      for (let attempt = 0; attempt < writeAttempts; attempt++) {
        const note = await read(tag);
        if (note === null) throw typeNotFound(tag);
        const definition = patchedDefinition(definitionIn(note.value), patch, now());
        if (await write(definition, note.version)) return definition;
      }
      throw conflict('Somebody else is changing the session type; read it again and repeat.');
    },
    get: async (tag) => {
      const note = await read(tag);
      return note && definitionIn(note.value);
    },
    list: async () => {
      const found: TypeDefinition[] = [];
      for (let after: string | null = null; ;) {
        const page: Note[] = await store.notes(area, { limit: pageSize, after }, now());
        for (const note of page) found.push(definitionIn(note.value));
        after = page.at(-1)?.key ?? null;
        if (page.length < pageSize) return found;
      }
    },
    remove: async (tag, { force = false } = {}) => {
      if ((await read(tag)) === null) return false;
      if (force) await endAll(tag);
      else if (await hasLive(tag))
        throw conflict(`Sessions of the type '${tag}' still live; end them, or pass \`force\`.`);
      known.delete(tag);
      const removed = await store.dropNote(area, tag, now());
      // Those that began while the others were ended.
      if (force) await endAll(tag);
      return removed;
    },
    resolve: async (name = 'default') => {
      if (name === 'default' || isInCode(name)) return inCode(name);
      const note = name === rememberType ? null : await read(name);
      if (note === null) throw typeNotFound(name);
      return typeIn(note);
    },
    check,
    checkData: async (typeName, data) => {
      if (isReserved(typeName)) return check(inCode(typeName), data);
      const note = await read(typeName);
      if (note !== null) check(typeIn(note), data);
    },
  };
}

/** A new object at every call: changing it changes nothing kept. */
function definitionIn(text: string): TypeDefinition {
  const { absoluteMs, maxPerUser, ...rest } = JSON.parse(text) as TypeDefinition;
  return { ...rest, absoluteMs, maxPerUser };
}

function typeNotFound(tag: string): SessionError {
  const message = `There is no session type '${String(tag).slice(0, 64)}'; define it first.`;
  return new SessionError('session_type_not_found', message, { status: 404 });
}

function conflict(message: string): SessionError {
  return new SessionError('version_conflict', message, { status: 409 });
}
