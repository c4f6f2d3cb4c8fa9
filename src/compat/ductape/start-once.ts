import type { Duration } from '../../protocol/duration.ts';
import { isSessionError } from '../../protocol/session-error.ts';
import { encodeBase64url } from '../../server/engine/base64url.ts';
import type { JsonObject } from '../../server/engine/json.ts';
import { resolveSelector } from '../../server/engine/selector.ts';
import type { CreateSession, IssuedSession } from '../../server/engine/sessions.ts';
import type { TypeDefinition } from '../../server/engine/session-types.ts';
import type { Backend, Place } from './backend.ts';
import { invalidArgument, SessionError } from './errors.ts';

/** What `start` takes. */
export interface StartInput extends Place {
  /** Tag of the session type. */
  tag: string;
  /** What the session holds; it has to fit the schema of the type, and to be JSON. */
  data: JsonObject;
  /** Whose session it is. Default: what the selector of the type finds in the data. */
  identifier?: string;
  /** Life of the token, where it is to be shorter than the session: seconds, or `'15m'`. The refresh token outlives it. */
  expiresIn?: Duration;
  /**
   * Starting again with the same cache tag, in the same product and env, answers the same session, as long as it lives. 1 to 50
   * of `A-Za-z0-9_.:~-`.
   */
  cache?: string;
}

/** A session and the type it was started by. */
export interface Started {
  issued: IssuedSession;
  type: TypeDefinition;
}

const cacheTag = /^[A-Za-z0-9_.:~-]{1,50}$/;

/** The start of sessions. Those with a cache tag are started once, and answered again as long as they live. */
export function createStart(backend: Backend): (input: StartInput) => Promise<Started> {
  const underWay = new Map<string, Promise<IssuedSession>>();

  async function startOnce(wanted: CreateSession, id: string): Promise<IssuedSession> {
    try {
      return await backend.sessions.create({ ...wanted, id });
    } catch (error) {
      if (!isSessionError(error) || error.code !== 'session_exists') throw error;
    }
    return backend.sessions.reissue(id).catch((cause: unknown) => {
      const message = 'Another start with this cache tag is under way, or its session has just ended; try again.';
      throw new SessionError('CREATE_FAILED', message, { cause, retryable: true, status: 409 });
    });
  }

  return async (input) => {
    const { tag, data, identifier, cache } = input;
    const { product, env } = backend.demandPlace(input);
    const type = await backend.demandType(tag, product);
    const userId = identifier ?? (type.selector === null ? undefined : resolveSelector(type.selector, data ?? {}));
    const wanted: CreateSession = {
      type: tag,
      data,
      trustContext: { product, env },
      ...(userId === undefined ? {} : { userId }),
    };
    if (cache === undefined) return { issued: await backend.sessions.create(wanted), type };

    if (!cacheTag.test(cache)) throw invalidArgument('A cache tag is 1 to 50 characters of A-Za-z0-9_.:~-');
    const id = await cachedId(product, env, tag, cache);
    const starting = underWay.get(id) ?? startOnce(wanted, id).finally(() => underWay.delete(id));
    underWay.set(id, starting);
    const issued = await starting;
    if (issued.session.userId !== userId)
      throw invalidArgument('This cache tag stands for a session of somebody else; use another one.');
    return { issued, type };
  };
}

/** The id of a cached session. A digest: product and env may be any text, of any length. */
async function cachedId(...parts: string[]): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify(parts));
  return `cache:${encodeBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', text)))}`;
}
