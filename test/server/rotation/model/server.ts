import type { AttemptTag, decideRotation, RotationRequest } from '../../../../src/server/engine/decide-rotation.ts';
import { deathOf } from '../../../../src/server/engine/life.ts';
import { absoluteEnd, boundKey, idleEnd, stored, type Answer, type Packet, type Scope, type State } from './state.ts';

/** The step of the server, or a broken twin of it. */
export type Decide = typeof decideRotation;
/** Sees every request that a server gets. */
export type Witness = (...request: Parameters<Decide>) => void;

/** What is explored, and what decides in it. */
export interface World {
  scope: Scope;
  decide: Decide;
  witness?: Witness;
}

/** Who asks. Each names attempt keys in an alphabet of his own. */
export type Caller = 'client' | 'thief';

/** The tag of an attempt key, as wide as the server's. */
export function tagOf(name: string): string {
  return name.padEnd(10, '_');
}

/** One request at the server: its answer, and the world afterwards. `made` are the attempt keys that it names. */
export function ask(
  { scope, decide, witness }: World,
  state: State,
  caller: Caller,
  token: number,
  made: readonly AttemptTag[],
): { answer: Answer; next: State } {
  const isOwn = ({ generation: from }: AttemptTag): boolean => from === token;
  const request = {
    generation: token,
    attempt: made.find(isOwn)?.tag ?? null,
    otherAttempts: scope.mode === 'cookie' ? made.filter((attempt) => !isOwn(attempt)) : [],
    keyThumbprint: caller === 'client' && state.server.keyThumbprint !== null ? boundKey : null,
  };
  witness?.(state.server, state.notBefore, request, state.now);
  const { answer, write } = decide(state.server, state.notBefore, request, state.now);
  const server = write ?? state.server;
  if (answer.outcome === 'ended') {
    const caught = answer.reason === 'reuse_detected' && state.server.endReason === null;
    const earlier = caught ? durable(scope, state) : state.earlier;
    return {
      answer: { kind: 'ended' },
      next: { ...state, server, earlier, used: caught ? use(state, caller, token) : state.used },
    };
  }
  if (answer.outcome === 'wrong_key') return { answer: { kind: 'refused' }, next: { ...state, server } };
  const { generation } = answer.record;
  if (answer.outcome === 'stale') {
    const broken = write === null ? null : 'A stale attempt changed the session.';
    return { answer: { kind: 'stale', generation }, next: { ...state, server, broken } };
  }
  const earlier = write === null ? state.earlier : remember(scope, state);
  const used = generation === token + 1 ? use(state, caller, token) : state.used;
  const broken = brokenByGrant(state, scope, caller, request, generation);
  return { answer: { kind: 'granted', generation }, next: { ...state, server, earlier, used, broken } };
}

function brokenByGrant(
  state: State,
  scope: Scope,
  caller: Caller,
  { generation: token, otherAttempts }: RotationRequest,
  generation: number,
): string | null {
  // Whoever names the attempt that led to a generation may have it, whatever the cookie is.
  const isMaker = otherAttempts.some((made) => made.generation === generation - 1);
  if (generation !== token + 1 && !isMaker)
    return `The token of generation ${token} has the successors ${token + 1} and ${generation}.`;
  if (caller === 'thief' && scope.thief === 'profile without key') return 'A bound token is honoured without its key.';
  const { rotated } = state.thief ?? { rotated: null };
  if (caller === 'client' && rotated !== null && generation > rotated && !state.failedOver)
    return 'The client goes on beside a thief.';
  if (state.signOut === 'acknowledged') return 'A session that was signed out goes on.';
  if (state.signedOutEverywhere) return 'A session goes on after its user signed out everywhere.';
  if (state.now >= absoluteEnd) return 'A session goes on after its absolute end.';
  if (scope.limit === 'idle' && state.now >= idleEnd) return 'A session goes on though nobody was active.';
  return null;
}

function use(state: State, caller: Caller, token: number): State['used'] {
  const before = state.used[caller];
  // Without a thief nobody compares.
  if (state.thief === null || before.includes(token)) return state.used;
  return { ...state.used, [caller]: [...before, token].sort((a, b) => a - b) };
}

/** Earlier states that a failover may still bring back, this one included. */
function remember({ failover }: Scope, state: State): State['earlier'] {
  const { earlier, failedOver } = state;
  return failover === undefined || failedOver ? earlier : [...earlier, stored(state)];
}

/** After a durable step: what only refreshes may be forgotten of cannot go back behind it. */
export function durable(scope: Scope, state: State): State['earlier'] {
  return scope.failover === 'anything' ? remember(scope, state) : [];
}

/** Whether nobody can do anything with the session any more. */
export function isDead({ server, notBefore, now }: State): boolean {
  return deathOf(server, notBefore, now) !== null;
}

/** Packets do not live for five generations. */
export function mayArrive(state: State, { token }: Packet): boolean {
  return state.server.generation - token <= 5;
}
