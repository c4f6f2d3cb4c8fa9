import { checkAlias, type Aliases } from './aliases.ts';
import { invalidArgument } from './failures.ts';
import type { Issue } from './issue.ts';
import { checkPolicies, resolveLifetimes, type SessionType } from './lifetimes.ts';
import type { TypeRules } from './create-session-types.ts';
import { checkUserId, newSession } from './new-session.ts';
import type { Clock, Mac, Random } from './ports.ts';
import { resolveSelector } from './selector.ts';
import type { SessionEvent } from './session-event.ts';
import { makeSessionId, sidBytes } from './session-id.ts';
import type { CreateSession, IssuedSession } from './sessions.ts';
import { rememberType, type Store, type StoreUser } from './store.ts';

/** What {@link createBeginSession} works with. */
export interface BeginSessionPorts {
  store: Pick<Store, 'create'>;
  clock: Clock;
  random: Random;
  mac: Mac;
  /** What sessions have in common that say nothing else. */
  defaults: SessionType;
  types: TypeRules;
  aliases: Aliases;
  userOf: (userId: string) => Promise<StoreUser>;
  issue: Issue;
  dataLimitBytes: number;
  publish: (event: SessionEvent, userTag: string) => void;
}

/** A session that could begin: begins it. */
export type Begin = () => Promise<IssuedSession>;

/**
 * The beginning of a session, in two steps: everything that can be wrong with the input is found by the first, which changes
 * nothing.
 */
export function createBeginSession(ports: BeginSessionPorts): (input: CreateSession) => Promise<Begin> {
  const { store, clock, random, mac, defaults, types, aliases, userOf, issue, dataLimitBytes, publish } = ports;

  return async (input) => {
    if (typeof input !== 'object' || input === null) throw invalidArgument('A new session is described by an object.');
    if (input.type === rememberType) throw invalidArgument(`The type '${rememberType}' is kept for remember tokens.`);
    const type = await types.resolve(input.type);
    const user = await userOf(userIdOf(input, type));
    const { userId } = user;
    const id = makeSessionId(user.tag, random.bytes(sidBytes));
    const now = clock.now();
    checkPolicies(input);
    const lifetimes = resolveLifetimes(input, type, defaults, now);
    const session = newSession(input, { id, userId, keyId: mac.currentKeyId, now, lifetimes, dataLimitBytes });
    types.check(type, input.data ?? {});
    const limit = limitOf(input, type, defaults);
    if (input.id !== undefined) checkAlias(input.id);
    return async () => {
      if (input.id !== undefined) await aliases.claim(input.id, id, session.absoluteEndsAt, now);
      const step = await store.create(user, session, limit, now);
      if (step.event !== null) publish(step.event, user.tag);
      for (const event of step.evicted) publish(event, user.tag);
      return issue(step.answer, step.now);
    };
  };
}

function userIdOf({ userId, data }: CreateSession, { selector }: SessionType): string {
  const found = userId === undefined && selector != null ? resolveSelector(selector, data ?? {}) : userId;
  checkUserId(found);
  return found;
}

function limitOf(input: CreateSession, type: SessionType, defaults: SessionType): number | null {
  return [input, type, defaults].find(({ maxPerUser }) => maxPerUser !== undefined)?.maxPerUser ?? null;
}
