import { encodeBase64url } from './base64url.ts';
import { tagLength } from './attempts.ts';
import { eventOf } from './decision.ts';
import type { EventHub } from './event-hub.ts';
import { invalidArgument } from './failures.ts';
import type { Issue } from './issue.ts';
import type { Clock, Mac, Random } from './ports.ts';
import type { RotationRequest } from './decide-rotation.ts';
import { createRateLimit } from './rate-limit.ts';
import type { TokenClaim, TokenMinter } from './refresh-token.ts';
import type { SessionRecord } from './record.ts';
import { userTagOf } from './session-id.ts';
import type { RefreshOutcome, RefreshRequest } from './sessions.ts';
import type { Store } from './store.ts';

/** What {@link createRefresh} works with. */
export interface RefreshPorts {
  store: Pick<Store, 'rotate' | 'log'>;
  clock: Clock;
  mac: Mac;
  random: Random;
  tokens: TokenMinter;
  hub: EventHub;
  issue: Issue;
}

/** A client that retries faster than this is broken; each replay costs a signature. Per generation and minute. */
const replayLimit = 200;
const longestAttemptKey = 256;

/** The refresh of a session: token checked, one step of the store, tokens recomputed from its answer. */
export function createRefresh(ports: RefreshPorts): (request: RefreshRequest) => Promise<RefreshOutcome> {
  const { store, clock, mac, random, tokens, hub, issue } = ports;
  const replays = createRateLimit(replayLimit);
  const refusedProofs = createRateLimit(1);

  async function tagOf(attemptKey: string): Promise<string> {
    if (typeof attemptKey !== 'string' || attemptKey.length > longestAttemptKey)
      throw invalidArgument(`An attempt key has at most ${longestAttemptKey} characters; use 128 random bits.`);
    return encodeBase64url(await mac.attemptTag(attemptKey)).slice(0, tagLength);
  }

  async function rotationOf(request: RefreshRequest, { generation }: TokenClaim): Promise<RotationRequest> {
    const { attemptKey, attemptKeys, keyThumbprint } = request;
    if (attemptKeys === undefined) {
      const attempt =
        attemptKey === null ? encodeBase64url(random.bytes(8)).slice(0, tagLength) : await tagOf(attemptKey);
      return { generation, attempt, otherAttempts: [], keyThumbprint };
    }
    const made = await Promise.all(
      attemptKeys.map(async ({ generation: from, key }) => ({ generation: from, tag: await tagOf(key) })),
    );
    const own = made.find(({ generation: from }) => from === generation);
    const otherAttempts = made.filter(({ generation: from }) => from !== generation);
    return { generation, attempt: own?.tag ?? null, otherAttempts, keyThumbprint };
  }

  async function reportRefusedProof(record: SessionRecord, now: number): Promise<void> {
    if (refusedProofs.retryAfter(record.id, now) !== null) return;
    const user = { tag: userTagOf(record.id), userId: record.userId };
    hub.publish(await store.log(user, eventOf(record, 'session.proof_refused', now)), user.tag);
  }

  return async (request) => {
    const claim = await tokens.read(request.refreshToken, 'refresh');
    if (claim === null) return { outcome: 'ended', reason: 'unknown', sessionId: null };
    const { sessionId } = claim;
    const { answer, event, now } = await store.rotate(sessionId, await rotationOf(request, claim), clock.now());
    if (event !== null) hub.publish(event, userTagOf(sessionId));
    switch (answer.outcome) {
      case 'ended':
        return { outcome: 'ended', reason: answer.reason, sessionId };
      case 'stale':
        return { outcome: 'stale', sessionId, generation: answer.record.generation };
      case 'wrong_key':
        await reportRefusedProof(answer.record, now);
        return { outcome: 'wrong_key', sessionId };
      case 'replayed': {
        const retryAfterMs = replays.retryAfter(`${sessionId}.${answer.record.generation}`, now);
        if (retryAfterMs !== null) return { outcome: 'too_many_replays', retryAfterMs };
        return { outcome: answer.outcome, ...(await issue(answer.record, now)) };
      }
      case 'rotated':
      case 'ahead':
        return { outcome: answer.outcome, ...(await issue(answer.record, now)) };
    }
  };
}
