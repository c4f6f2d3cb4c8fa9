import { durationMs } from '../../protocol/duration.ts';
import { tagLength } from './attempts.ts';
import { encodeBase64url } from './base64url.ts';
import { invalidArgument } from './failures.ts';
import { createIssue } from './issue.ts';
import { deathOf } from './life.ts';
import { newSession } from './new-session.ts';
import type { Clock, Mac, Random } from './ports.ts';
import type { SessionRecord } from './record.ts';
import type { TokenMinter } from './refresh-token.ts';
import type { Redeem, RememberTokens } from './remember-tokens.ts';
import { makeSessionId, sidBytes } from './session-id.ts';
import type { Begin } from './begin-session.ts';
import type { CreateSession, IssuedSession } from './sessions.ts';
import { rememberType, type Logged, type Store, type StoreUser } from './store.ts';
import { dataOf } from './view.ts';

/** What {@link createRememberTokens} works with. */
export interface RememberTokenPorts {
  store: Pick<Store, 'create' | 'read' | 'rotate' | 'putData' | 'end'>;
  clock: Clock;
  mac: Mac;
  random: Random;
  tokens: TokenMinter;
  userOf: (userId: string) => Promise<StoreUser>;
  /** Throws for what no session can be made of; begins one when it is called. */
  prepareSession: (input: CreateSession) => Promise<Begin>;
  publish: (logged: Logged, id: string) => void;
}

const defaultLife = '30d';
const attemptKeyLength = { least: 16, most: 256 };

/**
 * A remember token is the refresh token of a hidden session, under a MAC label of its own: the rules of its rotation, its end
 * and its place in the store are those of sessions. The hidden record names the session that its newest token gave, so that a
 * lost answer is given again, and no session is left over.
 */
export function createRememberTokens(ports: RememberTokenPorts): RememberTokens {
  const { store, clock, mac, random, tokens, userOf, prepareSession, publish } = ports;
  const issue = createIssue(tokens);

  async function end(id: string): Promise<boolean> {
    const step = await store.end(id, 'signed_out_elsewhere', clock.now());
    publish(step, id);
    return step.answer.outcome === 'done';
  }

  /** The live session that the current generation gave already. */
  async function given(hidden: SessionRecord): Promise<IssuedSession | null> {
    const { generation, sessionId } = dataOf(hidden);
    if (generation !== hidden.generation || typeof sessionId !== 'string') return null;
    const { record, notBefore, now } = await store.read(sessionId, clock.now());
    return record === null || deathOf(record, notBefore, now) !== null ? null : issue(record, now);
  }

  /** Notes which session the current generation gave. Where somebody was quicker, that one counts and `made` is ended. */
  async function settle(hidden: SessionRecord, made: IssuedSession): Promise<IssuedSession | null> {
    const { id, generation, version } = hidden;
    const data = JSON.stringify({ generation, sessionId: made.session.id });
    const step = await store.putData(id, { data, ifVersion: version }, clock.now());
    publish(step, id);
    const { answer } = step;
    if (answer.outcome === 'done') return made;
    if (answer.outcome === 'conflict' && answer.record.generation === generation) {
      const other = await given(answer.record);
      if (other === null) return settle(answer.record, made);
      await end(made.session.id);
      return other;
    }
    // Signed out everywhere in between, or the next token is in use already.
    await end(made.session.id);
    return null;
  }

  async function sessionOf(
    hidden: SessionRecord,
    wishes: NonNullable<Redeem['session']>,
  ): Promise<IssuedSession | null> {
    const before = await given(hidden);
    if (before?.session.keyThumbprint === (wishes.keyThumbprint ?? null)) return before;
    if (before !== null) await end(before.session.id);
    const begin = await prepareFor(hidden, wishes);
    return settle(hidden, await begin());
  }

  /** The person proved themselves when the token was made, and not when it is used. */
  function prepareFor(hidden: SessionRecord, wishes: NonNullable<Redeem['session']>): Promise<Begin> {
    return prepareSession({ authenticatedAt: hidden.createdAt, ...wishes, userId: hidden.userId });
  }

  async function attemptOf(attemptKey: string | undefined): Promise<string> {
    if (attemptKey === undefined) return encodeBase64url(random.bytes(8)).slice(0, tagLength);
    const { least, most } = attemptKeyLength;
    if (typeof attemptKey !== 'string' || attemptKey.length < least || attemptKey.length > most)
      throw invalidArgument(`An attempt key has ${least} to ${most} characters; use 128 random bits.`);
    return encodeBase64url(await mac.attemptTag(attemptKey)).slice(0, tagLength);
  }

  return {
    issue: async (userId, { life = defaultLife } = {}) => {
      const lifetimes = { idleTimeoutMs: null, absoluteMs: durationMs(life), windowMs: null, renewal: 'none' } as const;
      const user = await userOf(userId);
      const id = makeSessionId(user.tag, random.bytes(sidBytes));
      const now = clock.now();
      const birth = { id, userId, keyId: mac.currentKeyId, now, lifetimes, dataLimitBytes: 0 };
      const hidden = newSession({ type: rememberType }, birth);
      publish(await store.create(user, hidden, null, now), id);
      return tokens.rememberToken(id, hidden.generation);
    },
    redeem: async (token, { attemptKey, session: wishes = {} } = {}) => {
      const attempt = await attemptOf(attemptKey);
      const claim = await tokens.read(token, 'remember');
      if (claim === null) return null;
      const { sessionId: id, generation } = claim;
      // Wishes that cannot be met must not use the token up.
      const { record } = await store.read(id, clock.now());
      if (record !== null) await prepareFor(record, wishes);
      const request = { generation, attempt, otherAttempts: [], keyThumbprint: null };
      const step = await store.rotate(id, request, clock.now());
      publish(step, id);
      const { answer } = step;
      // `stale`: the retry of an answer before the last; whoever waited for it has had a later one.
      if (answer.outcome === 'ended' || answer.outcome === 'stale') return null;
      const session = await sessionOf(answer.record, wishes);
      if (session === null) return null;
      return { session, rememberToken: await tokens.rememberToken(id, answer.record.generation) };
    },
    revoke: async (token) => {
      const claim = await tokens.read(token, 'remember');
      return claim !== null && end(claim.sessionId);
    },
  };
}
