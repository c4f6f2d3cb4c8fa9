import type { RefreshOutcome } from '../../../src/server/engine/sessions.ts';
import type { TrueSession } from '../truth.ts';
import type { ServerParts } from './server-parts.ts';
import { name } from './session-name.ts';
import { generationIn, keyIdIn } from './token-bytes.ts';
import type { RefreshCall, Sender } from './wire.ts';

type Granted = Extract<RefreshOutcome, { session: unknown }>;

/** Invariant 3, after each refresh: one successor a generation, and nobody honest is taken for a thief. */
export function checkRefresh(parts: ServerParts, sender: Sender, call: RefreshCall, outcome: RefreshOutcome): void {
  const { truth, clock } = parts;
  const id = 'session' in outcome ? outcome.session.id : 'sessionId' in outcome ? outcome.sessionId : null;
  const known = id === null ? undefined : truth.sessions.get(id);
  truth.note(
    `server: refresh by ${sender.thief ? 'the thief' : sender.browser}: ${outcome.outcome} ${'reason' in outcome ? outcome.reason : ''} ${id === null ? '' : name(id)}${'session' in outcome ? ` generation ${outcome.session.generation}` : ''}`,
  );
  if (!known) return;
  const now = clock.now();
  if (sender.thief) {
    // Without the key nothing of it counts: it is refused before anything is decided.
    if (outcome.outcome !== 'wrong_key') known.thiefAt ??= now;
  } else {
    known.refreshes.push(now);
    if ('session' in outcome) known.grantedAt.set(outcome.session.generation, now);
    if (known.thiefAt !== null && 'session' in outcome) known.honestSinceThief.push(now);
  }
  if ('session' in outcome) checkSuccessor(parts, sender, known, outcome);
  if (outcome.outcome === 'ended' && outcome.reason === 'reuse_detected') checkReuse(parts, sender, known, call);
}

function checkSuccessor({ truth, bound }: ServerParts, sender: Sender, known: TrueSession, outcome: Granted): void {
  const { generation } = outcome.session;
  // The secret may change between a rotation and its replay: then the same successor is signed anew, under another key id.
  const successor = `${generation} ${keyIdIn(outcome.refreshToken)}`;
  const made = known.successors.get(successor) ?? new Set();
  known.successors.set(successor, made.add(outcome.refreshToken));
  if (sender.thief && bound) truth.violate(3, `a thief without the key got tokens of ${name(known.id)}`);
  if (made.size > 1) truth.violate(3, `${name(known.id)} has two tokens of generation ${generation}`);
  if (outcome.outcome === 'rotated' && known.rotated.has(generation))
    truth.violate(3, `${name(known.id)} was rotated to generation ${generation} twice`);
  if (outcome.outcome === 'rotated') known.rotated.add(generation);
  known.generation = Math.max(known.generation, generation);
}

function checkReuse({ truth, clock, bound }: ServerParts, sender: Sender, known: TrueSession, call: RefreshCall): void {
  const now = clock.now();
  truth.cause(known.id, 'reuse_detected', now);
  const isKilled = known.killedAt !== null;
  // An old pair of one session was handed over while another one took its place: nobody can tell how old it is.
  const isConfused = known.confused || (known.adoptedAt > 0 && truth.sessions.size > 1);
  if (sender.thief && bound && !isKilled) truth.violate(3, `a thief without the key ended ${name(known.id)}`);
  known.killedAt ??= now;
  known.killedBy ??= 'reuse';
  // The server remembers five attempts: a request that comes later than that is taken for a thief's. It is a declared bound.
  const tooLate = known.generation - 1 - generationIn(call.refreshToken ?? '') > 4;
  if (known.thiefAt === null && !tooLate && !isKilled && !isConfused)
    truth.violate(3, `honest tabs were taken for a thief: ${name(known.id)}, attempt ${call.attemptKey.slice(0, 6)}`);
}
