import type { EndReason } from '../../protocol/end-reason.ts';
import { SessionError } from '../../protocol/session-error.ts';
import type { Clock, Keys, Random, Signal } from './ports.ts';
import { beginExchange, type Exchange } from './exchange.ts';
import { samePair, type LiveRecord, type Pair } from './record.ts';
import { nextRecord, noteAttempt, replacePair, succeed } from './successor.ts';
import { entomb } from './tombstone.ts';
import type { Grant, TokenAnswer, Transport } from './transport.ts';
import type { Vault, VaultContents } from './vault.ts';

/** What one flight found out. Only `granted` and `unsaved` cost a request that rotated. */
export type FlightResult =
  /** The vault knows better than we did: newer tokens, an end, another session, or nothing at all. */
  | { kind: 'learnt'; contents: VaultContents }
  | { kind: 'granted'; contents: VaultContents; record: LiveRecord }
  /** The successor is here, the vault refused it. It must be written before anything rotates again. */
  | { kind: 'unsaved'; record: LiveRecord; error: unknown }
  /** A definite end, told by the server; the tombstone is in the vault (or the vault refused it). */
  | { kind: 'ended'; reason: EndReason; contents: VaultContents | null }
  /** A server that is not ours refused the refresh token and says no more. */
  | { kind: 'rejected' }
  | { kind: 'failed'; error: SessionError };

/** What a flight works with. */
export interface FlightWorld {
  vault: Vault;
  transport: Transport;
  keys: Keys;
  clock: Clock;
  random: Random;
  signal: Signal;
}

const rounds = 5;
const staleReadMs = 1000;

/**
 * One refresh by the protocol: note the attempt, sign, read again and send in that very callback, write only over the pair
 * that was sent. Every retry starts over at the note, so a tab that slept in between sends nothing that is not true any more.
 */
export async function fly(world: FlightWorld, pair: Pair): Promise<FlightResult> {
  let nonce: string | undefined;
  let corrected = false;
  let provenAgain = false;
  let seen = pair;
  for (let round = 0; round < rounds; round++) {
    const ready = await prepare(world, seen, nonce);
    if (ready.kind !== 'ready') return ready;
    const { record } = ready;
    const { answer, exchange } = ready;
    if (answer === null) continue;
    switch (answer.kind) {
      case 'granted':
        return commit(world, record, answer.grant, exchange);
      case 'use_nonce':
        if (nonce === answer.nonce)
          return failed('invalid_dpop_proof', 'The server refused its own nonce. Try again later.');
        nonce = answer.nonce;
        continue;
      case 'stale': {
        // Cookie mode: the jar may be ahead of the record (no script can have held the token), so take that over once.
        if (answer.generation !== null && !corrected) {
          corrected = true;
          // The generation that is there already keeps its note: every attempt for it has to carry the same key.
          const pending = answer.generation === record.generation ? record.pending : null;
          const next = { ...record, generation: answer.generation, pending };
          await world.vault.update((contents) => replacePair(contents, record, next));
          seen = next;
          continue;
        }
        return end(world, record, 'reuse_detected', true);
      }
      case 'ended':
        if (answer.foreign) return confirmRejected(world, record);
        return end(world, record, answer.reason, false);
      case 'failed':
        // A browser that lost the answer on a reused connection sends the same request again by itself, and the server
        // refuses the proof that it has seen. A fresh one, with the same attempt key, gets the answer.
        if (answer.error.code === 'invalid_dpop_proof' && !provenAgain) {
          provenAgain = true;
          continue;
        }
        return { kind: 'failed', error: answer.error };
    }
  }
  return failed('timeout', 'The refresh was overtaken again and again by changes in storage. Try again later.');
}

type Prepared =
  | { kind: 'ready'; record: LiveRecord; answer: TokenAnswer | null; exchange: Exchange }
  | Extract<FlightResult, { kind: 'learnt' | 'failed' }>;

async function prepare(world: FlightWorld, pair: Pair, nonce: string | undefined): Promise<Prepared> {
  const { vault, transport, keys, clock, random, signal } = world;
  const now = clock.now();
  const noted = await vault.update((contents) => noteAttempt(contents, pair, random.key(), now));
  const { record } = noted;
  if (record?.kind !== 'live' || !samePair(record, pair) || !record.pending) return { kind: 'learnt', contents: noted };
  const { refreshToken, generation, pending } = record;
  const proof =
    record.key && transport.acceptsProof
      ? await keys.prove(record.key, {
          method: 'POST',
          url: transport.tokenUrl,
          nonce,
          refreshToken: refreshToken ?? undefined,
          attemptKey: pending.key,
          now: clock.now() + record.offsetMs,
        })
      : null;
  const readAt = clock.now();
  const again = await vault.read();
  const current = again.record;
  if (current?.kind !== 'live' || !samePair(current, record)) return { kind: 'learnt', contents: again };
  if (signal.aborted) return failed('aborted', 'The refresh was given up: this manager was disposed or signed out.');
  const received = beginExchange(clock);
  const waitedMs = clock.now() - readAt;
  const late = waitedMs > staleReadMs || waitedMs < 0;
  if (late || current.pending?.key !== pending.key)
    return { kind: 'ready', record, answer: null, exchange: received() };
  const answer = await transport.refresh({
    sessionId: record.sessionId,
    refreshToken,
    generation,
    attemptKey: pending.key,
    attempts: record.attempts,
    proof,
    signal,
  });
  return { kind: 'ready', record, answer, exchange: received() };
}

async function commit(
  { vault }: FlightWorld,
  sent: LiveRecord,
  grant: Grant,
  exchange: Exchange,
): Promise<FlightResult> {
  // Cookie mode: a jar that was put back is brought up to the record by a replay; only the access token is new then.
  const least = sent.refreshToken === null ? sent.generation : sent.generation + 1;
  if (grant.sessionId !== sent.sessionId || grant.generation < least)
    return failed(
      'unexpected_answer',
      'The token endpoint answered for another session. The tokens were not taken over.',
    );
  const next = nextRecord(sent, grant, exchange);
  try {
    const contents = await vault.update((current) => succeed(current, sent, next));
    return { kind: 'granted', contents, record: next };
  } catch (error) {
    return { kind: 'unsaved', record: next, error };
  }
}

async function end(
  { vault, clock }: FlightWorld,
  sent: LiveRecord,
  reason: EndReason,
  revoke: boolean,
): Promise<FlightResult> {
  try {
    const contents = await vault.update((current) =>
      entomb(current, (record) => samePair(record, sent), reason, clock.now(), revoke),
    );
    const { record } = contents;
    if (record?.kind !== 'ended' || record.sessionId !== sent.sessionId) return { kind: 'learnt', contents };
    return { kind: 'ended', reason: record.reason, contents };
  } catch {
    // The server said so: the end holds in this tab even when storage cannot be told.
    return { kind: 'ended', reason, contents: null };
  }
}

async function confirmRejected({ vault }: FlightWorld, sent: LiveRecord): Promise<FlightResult> {
  const contents = await vault.read();
  const { record } = contents;
  return record?.kind === 'live' && samePair(record, sent) ? { kind: 'rejected' } : { kind: 'learnt', contents };
}

function failed(
  code: 'invalid_dpop_proof' | 'timeout' | 'aborted' | 'unexpected_answer',
  message: string,
): Extract<FlightResult, { kind: 'failed' }> {
  return { kind: 'failed', error: new SessionError(code, message) };
}
