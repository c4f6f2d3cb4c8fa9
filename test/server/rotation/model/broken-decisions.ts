import { attemptAt, tagLength } from '../../../../src/server/engine/attempts.ts';
import { decideRotation, type Rotation, type RotationRequest } from '../../../../src/server/engine/decide-rotation.ts';
import { tombstone, type Decision } from '../../../../src/server/engine/decision.ts';
import type { SessionRecord } from '../../../../src/server/engine/record.ts';
import type { Decide } from './server.ts';
import type { Scope } from './state.ts';

/** A server with one fault, a world in which that shows, and what is said about it. */
export interface BrokenTwin {
  fault: string;
  decide: Decide;
  scope: Scope;
  promise: string;
}

const graceMs = 100;
const honest = 'An honest client is taken for a thief.';
const lost = 'An honest client cannot go on.';
const unnoticed = 'A thief gets a token after the first refresh of the client since he copied it.';

/** Faults that somebody could build, and somebody did. */
export const brokenTwins: BrokenTwin[] = [
  {
    fault: 'remembers one attempt only, no ring of five',
    decide: changed(({ attempts }) => ({ attempts: attempts.slice(0, tagLength) })),
    scope: { mode: 'bearer' },
    promise: honest,
  },
  {
    fault: 'kills for an attempt that the store forgot',
    decide: changed(({ attempts }) => ({ attempts: attempts.replaceAll('-', '?') })),
    scope: { mode: 'bearer', failover: 'refreshes' },
    promise: honest,
  },
  {
    fault: 'takes an unknown key for a retry',
    decide: (record, notBefore, request, now) =>
      decideRotation(record, notBefore, isPrevious(record, request) ? asRetry(record, request) : request, now),
    scope: { mode: 'bearer', thief: 'token' },
    promise: unnoticed,
  },
  ...(['token', undefined] as const).map((thief) => ({
    fault: `tells a retry from reuse by time only, ${thief === undefined ? 'which punishes a lost answer' : 'which lets a thief in'}`,
    decide: graceByTime,
    scope: { mode: 'bearer', limit: 'absolute', ...(thief && { thief }) } as const,
    promise: thief === undefined ? lost : unnoticed,
  })),
  {
    fault: 'moves the window past the absolute end',
    decide: written((record, now) => ({ windowEndsAt: now + record.windowMs! })),
    scope: { mode: 'bearer', limit: 'absolute' },
    promise: 'A refresh moves an end past the absolute end.',
  },
  {
    fault: 'moves the absolute end',
    decide: written((_, now) => ({ absoluteEndsAt: now + 1000 })),
    scope: { mode: 'bearer', limit: 'absolute' },
    promise: 'A refresh moves an end past the absolute end.',
  },
  {
    fault: 'takes a refresh for activity',
    decide: written((_, now) => ({ lastActivityAt: now })),
    scope: { mode: 'bearer', limit: 'idle' },
    promise: 'A session goes on though nobody was active.',
  },
  {
    fault: 'does not look for a tombstone',
    decide: changed(() => ({ endedAt: null, endReason: null })),
    scope: { mode: 'bearer' },
    promise: 'A session that was signed out goes on.',
  },
  {
    fault: 'does not look at the not-before stamp of the user',
    decide: (record, _, request, now) => decideRotation(record, 0, request, now),
    scope: { mode: 'bearer' },
    promise: 'A session goes on after its user signed out everywhere.',
  },
  {
    fault: 'refuses a token that is ahead of the store',
    decide: answered(({ outcome }) => outcome === 'ahead', { outcome: 'ended', reason: 'expired' }),
    scope: { mode: 'bearer', failover: 'refreshes' },
    promise: lost,
  },
  {
    fault: 'takes a token that is ahead of the store for reuse',
    decide: killing(({ outcome }) => outcome === 'ahead'),
    scope: { mode: 'bearer', failover: 'refreshes' },
    promise: lost,
  },
  {
    fault: 'says that there was reuse, and kills nobody',
    decide: (...given) => ({ ...decideRotation(...given), ...(isReuse(decideRotation(...given)) && { write: null }) }),
    scope: { mode: 'bearer', thief: 'token' },
    promise: 'Two holders of token 0 live on.',
  },
  {
    fault: 'rotates again for each retry',
    decide: (record, notBefore, request, now) => {
      const decision = decideRotation(record, notBefore, request, now);
      if (record === null || decision.answer.outcome !== 'replayed') return decision;
      return decideRotation(record, notBefore, { ...request, generation: record.generation }, now);
    },
    scope: { mode: 'bearer' },
    promise: 'The token of generation 0 has the successors 1 and 2.',
  },
  {
    fault: 'gives a token to a request that comes late',
    decide: (...given) => {
      const { answer, ...rest } = decideRotation(...given);
      return { ...rest, answer: answer.outcome === 'stale' ? { ...answer, outcome: 'replayed' } : answer };
    },
    scope: { mode: 'bearer' },
    promise: 'The token of generation 0 has the successors 1 and 2.',
  },
  {
    fault: 'kills for a missing proof',
    decide: killing(({ outcome }) => outcome === 'wrong_key'),
    scope: { mode: 'bearer', thief: 'profile without key' },
    promise: honest,
  },
  {
    fault: 'does not ask for a proof',
    decide: changed(() => ({ keyThumbprint: null })),
    scope: { mode: 'bearer', thief: 'profile without key' },
    promise: 'A bound token is honoured without its key.',
  },
  {
    fault: 'kills when the page made no attempt for its cookie yet',
    decide: killing((_, { attempt }) => attempt === null),
    scope: { mode: 'cookie' },
    promise: lost,
  },
  {
    fault: 'does not know a page whose cookie was put back',
    decide: putBackIsStale,
    scope: { mode: 'cookie' },
    promise: lost,
  },
  {
    fault: 'does not do a rotation again that the store forgot and the cookie jar kept',
    decide: (record, notBefore, request, now) =>
      decideRotation(record, notBefore, isAhead(record, request) ? { ...request, otherAttempts: [] } : request, now),
    scope: { mode: 'cookie', failover: 'refreshes' },
    promise: lost,
  },
];

type Verdict = (answer: Rotation, request: RotationRequest) => boolean;

/** Decides as if the record were another one. */
function changed(part: (record: SessionRecord) => Partial<SessionRecord>): Decide {
  return (record, ...rest) => decideRotation(record && { ...record, ...part(record) }, ...rest);
}

/** Writes something else when it rotates. */
function written(part: (record: SessionRecord, now: number) => Partial<SessionRecord>): Decide {
  return (record, notBefore, request, now) => {
    const decision = decideRotation(record, notBefore, request, now);
    if (record === null || decision.write === null || decision.write.endReason !== null) return decision;
    return { ...decision, write: { ...decision.write, ...part(record, now) } };
  };
}

function answered(when: Verdict, answer: Rotation): Decide {
  return (record, notBefore, request, now) => {
    const decision = decideRotation(record, notBefore, request, now);
    return when(decision.answer, request) ? { answer, write: null, event: null } : decision;
  };
}

function killing(when: Verdict): Decide {
  return (record, notBefore, request, now) => {
    const decision = decideRotation(record, notBefore, request, now);
    if (record === null || !when(decision.answer, request)) return decision;
    const reason = 'reuse_detected';
    return { answer: { outcome: 'ended', reason }, write: tombstone(record, reason, now), event: null };
  };
}

function graceByTime(...[record, notBefore, request, now]: Parameters<Decide>): Decision<Rotation> {
  if (record === null || !isPrevious(record, request)) return decideRotation(record, notBefore, request, now);
  const isInTime = now - (record.lastRefreshedAt ?? 0) <= graceMs;
  const attempt = isInTime ? attemptAt(record.attempts, 0) : 'no such key';
  return decideRotation(record, notBefore, { ...request, attempt }, now);
}

function putBackIsStale(...[record, notBefore, request, now]: Parameters<Decide>): Decision<Rotation> {
  const isPutBack = record !== null && request.generation < record.generation;
  return decideRotation(record, notBefore, isPutBack ? { ...request, otherAttempts: [] } : request, now);
}

function isPrevious(record: SessionRecord | null, { generation }: RotationRequest): record is SessionRecord {
  return record !== null && generation === record.generation - 1;
}

function asRetry({ attempts }: SessionRecord, request: RotationRequest): RotationRequest {
  return { ...request, attempt: attemptAt(attempts, 0) };
}

function isAhead(record: SessionRecord | null, { generation }: RotationRequest): boolean {
  return record !== null && generation > record.generation;
}

function isReuse({ answer }: Decision<Rotation>): boolean {
  return answer.outcome === 'ended' && answer.reason === 'reuse_detected';
}
