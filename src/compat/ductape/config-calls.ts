import type { JsonObject, JsonValue } from '../../server/engine/json.ts';
import type { Backend } from './backend.ts';
import { invalidArgument, SessionError, taking, translating } from './errors.ts';
import type { Period } from './period.ts';
import {
  configOf,
  definitionOf,
  isOf,
  patchOf,
  type SessionConfig,
  type SessionConfigPatch,
} from './session-config.ts';

/** Session types. Every call may name its product first, or in its argument; otherwise it is the one of the constructor. */
export interface ConfigCalls {
  /**
   * Makes a session type; all seven fields are required. Answers it as it is kept.
   *
   * @throws SessionError `SESSION_TYPE_EXISTS`, `INVALID_SELECTOR` (also when the schema has no text, number or boolean there),
   *   `INVALID_DURATION`, `DATA_INVALID` (a schema that is none), `INVALID_ARGUMENT`
   */
  create: ((config: SessionConfig & { product?: string }) => Promise<SessionConfig>) &
    ((product: string, config: SessionConfig) => Promise<SessionConfig>);
  /**
   * Changes what is given of the type of this tag.
   *
   * @throws SessionError `SESSION_TYPE_NOT_FOUND`, and what `create` throws
   */
  update: ((patch: SessionConfigPatch & { tag: string; product?: string }) => Promise<SessionConfig>) &
    ((product: string, tag: string, patch: SessionConfigPatch) => Promise<SessionConfig>);
  /** All session types, by tag. */
  fetchAll: (product?: string) => Promise<SessionConfig[]>;
  /** The same as `fetchAll`. */
  list: (product?: string) => Promise<SessionConfig[]>;
  /** The type of this tag, or null. */
  fetch: ((tag: string) => Promise<SessionConfig | null>) &
    ((product: string, tag: string) => Promise<SessionConfig | null>);
  /**
   * Removes the type of this tag; true when there was one. With `force` its live sessions are ended first.
   *
   * @throws SessionError `VERSION_CONFLICT` while sessions of it live, without `force`
   */
  delete: ((tag: string, options?: { force?: boolean }) => Promise<boolean>) &
    ((product: string, tag: string, options?: { force?: boolean }) => Promise<boolean>);
  /** Makes the type that the handler describes, or changes the one that is there to it. */
  define: (definition: CodeDefinition) => Promise<SessionConfig>;
}

/** A session type in code. */
export interface CodeDefinition {
  product?: string;
  tag: string;
  handler: (type: TypeBuilder) => void;
}

/** What a {@link CodeDefinition} describes its type with. Schema, selector and expiry have to be said. */
export interface TypeBuilder {
  /** Default: the tag. */
  name(name: string): void;
  description(description: string): void;
  /** A path as elsewhere, or here only a bare key: `'userId'`. */
  selector(selector: string): void;
  expiry(expiry: number, period: Period): void;
  /** By sample, or by `{ userId: { type: 'string' } }`. A key may be missing all the same, but for the selector's. */
  schema(schema: JsonObject): void;
}

/** The calls that make, change and read session types. */
export function createConfigCalls(backend: Backend): ConfigCalls {
  const { place } = backend;
  const placed = (product: string | undefined): string | undefined =>
    place(product === undefined ? {} : { product }).product;

  async function create(
    first: string | (SessionConfig & { product?: string }),
    second?: SessionConfig,
  ): Promise<SessionConfig> {
    const [product, config] = typeof first === 'string' ? [first, second] : [first?.product, first];
    return translating(async () =>
      configOf(await backend.sessions.types.define(definitionOf({ ...config } as SessionConfig, placed(product)))),
    );
  }

  async function update(
    first: string | (SessionConfigPatch & { tag: string; product?: string }),
    tag?: string,
    patch?: SessionConfigPatch,
  ): Promise<SessionConfig> {
    if (typeof first !== 'string' && (typeof first !== 'object' || first === null))
      throw invalidArgument('Pass what is to change: `update({ tag, expiry: 14 })`.');
    const { product, ...rest } = typeof first === 'string' ? { ...patch, product: first, tag: String(tag) } : first;
    const { tag: wanted, ...change } = rest;
    return translating(async () => {
      const type = await backend.sessions.types.get(wanted);
      if (type === null || !isOf(type, placed(product))) throw typeNotFound(wanted);
      return configOf(await backend.sessions.types.update(wanted, patchOf(type, change)));
    });
  }

  async function fetchAll(product?: string): Promise<SessionConfig[]> {
    return translating(async () => {
      const types = await backend.sessions.types.list();
      return types.filter((type) => isOf(type, placed(product))).map(configOf);
    });
  }

  async function fetch(first: string, second?: string): Promise<SessionConfig | null> {
    const [product, tag] = second === undefined ? [undefined, first] : [first, second];
    return translating(async () => {
      const type = await backend.sessions.types.get(tag);
      return type !== null && isOf(type, placed(product)) ? configOf(type) : null;
    });
  }

  async function remove(
    first: string,
    second?: string | { force?: boolean },
    third?: { force?: boolean },
  ): Promise<boolean> {
    const [product, tag, options] = typeof second === 'string' ? [first, second, third] : [undefined, first, second];
    return translating(async () => {
      if ((await (product === undefined ? fetch(tag) : fetch(product, tag))) === null) return false;
      return backend.sessions.types.remove(tag, options);
    });
  }

  const define: ConfigCalls['define'] = taking('{ tag, handler }', async ({ product, tag, handler }) => {
    if (typeof handler !== 'function') throw invalidArgument('`handler` is a function that describes the type.');
    const config: Partial<SessionConfig> = { tag, name: tag, description: '' };
    handler({
      name: (name) => void (config.name = name),
      description: (description) => void (config.description = description),
      selector: (selector) => void (config.selector = selector.startsWith('$') ? selector : `$Session{${selector}}`),
      expiry: (expiry, period) => void Object.assign(config, { expiry, period }),
      schema: (schema) => void (config.schema = undeclared(schema)),
    });
    const whole = { ...config, ...(product === undefined ? {} : { product }) } as SessionConfig & { product?: string };
    return create(whole).catch((error: unknown) => {
      if (error instanceof SessionError && error.code === 'SESSION_TYPE_EXISTS') return update(whole);
      throw error;
    });
  });

  return { create, update, fetchAll, list: fetchAll, fetch, delete: remove, define };
}

/** `{ type: 'string' }` is the kind that it names. */
function undeclared(schema: JsonObject): JsonObject {
  const kindOf = (value: JsonValue): JsonValue => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const { type } = value;
    return type === 'string' || type === 'number' || type === 'boolean' ? type : undeclared(value);
  };
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, kindOf(value)]));
}

function typeNotFound(tag: string): SessionError {
  const message = `There is no session type '${String(tag).slice(0, 64)}'; create it first.`;
  return new SessionError('SESSION_TYPE_NOT_FOUND', message, { status: 404 });
}
