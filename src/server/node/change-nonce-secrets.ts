import { randomBytes } from 'node:crypto';
import { SessionError } from '../../protocol/session-error.ts';
import { nonceLifeMs } from '../tokens/dpop-nonces.ts';
import type { NonceSecret, ServerSecrets } from './secrets.ts';

/** What a secret of DPoP nonces is good for at a moment. */
export type NonceState = 'next' | 'signs' | 'verifies';

const secretBytes = 32;
/** A server whose clock is late makes nonces of the secret before for a little longer. */
const lateClockMs = 60_000;

/** What the secret of an id is good for, or null when there is none, or when all nonces of it are over. */
export function nonceState({ nonces }: Pick<ServerSecrets, 'nonces'>, id: number, now: number): NonceState | null {
  const at = nonces.findIndex((each) => each.id === id);
  if (at === -1) return null;
  const signing = signingAt(nonces, now);
  if (at === signing) return 'signs';
  if (at > signing) return 'next';
  return now < nonces[at + 1]!.signsFrom + nonceLifeMs + lateClockMs ? 'verifies' : null;
}

/** The secrets of nonces that are good at a moment. The first one makes them. */
export function nonceSecretsAt({ nonces }: Pick<ServerSecrets, 'nonces'>, now: number): readonly Uint8Array[] {
  const { secret: signing } = nonces[signingAt(nonces, now)]!;
  const others = nonces.filter(({ id, secret }) => secret !== signing && nonceState({ nonces }, id, now) !== null);
  return [signing, ...others.map(({ secret }) => secret)];
}

/**
 * With a new secret that makes nonces from `signsFrom` on. Until then every server learns to accept them.
 *
 * @throws SessionError `invalid_argument` while another one waits for its turn
 */
export function withNewNonceSecret(
  secrets: ServerSecrets,
  { now, signsFrom }: { now: number; signsFrom: number },
): { secrets: ServerSecrets; id: number } {
  const nonces = inUse(secrets.nonces, now);
  const waiting = nonces[signingAt(nonces, now) + 1];
  if (waiting)
    throw invalid(
      `Secret nonce-${waiting.id} waits for its turn already; see: sojourn secrets list. Or retire it first.`,
    );
  const id = nonces.at(-1)!.id + 1;
  const added = { id, secret: new Uint8Array(randomBytes(secretBytes)), signsFrom };
  return { id, secrets: { ...secrets, nonces: [...nonces, added] } };
}

/**
 * Without one secret of nonces: from now on those that it made are good no more, and clients get new ones. By `force` it may be the
 * one that makes them: then the next one, or a new one, does so at once.
 *
 * @throws SessionError `not_found`, or `invalid_argument` for the one that signs
 */
export function withoutNonceSecret(
  secrets: ServerSecrets,
  { id, force, now }: { id: number; force: boolean; now: number },
): { secrets: ServerSecrets; signing: number } {
  const state = nonceState(secrets, id, now);
  if (state === null)
    throw new SessionError('not_found', 'There is no secret of this id in use; see: sojourn secrets list');
  if (state === 'signs' && !force)
    throw invalid(
      `Secret nonce-${id} makes nonces now. Run sojourn secrets rotate --nonces, and it is out of use minutes after its turn. If it was stolen, add --force: then clients get new nonces.`,
    );
  const kept = state === 'signs' ? withSuccessor(secrets, now) : { ...secrets, nonces: inUse(secrets.nonces, now) };
  const nonces = kept.nonces.filter((each) => each.id !== id);
  return { signing: nonces[signingAt(nonces, now)]!.id, secrets: { ...kept, nonces } };
}

/** With the one that waits for its turn, which servers know, or a new one, in the place of the one that signs. */
function withSuccessor(secrets: ServerSecrets, now: number): ServerSecrets {
  const nonces = inUse(secrets.nonces, now);
  const waiting = nonces[signingAt(nonces, now) + 1];
  if (!waiting) return withNewNonceSecret(secrets, { now, signsFrom: now }).secrets;
  return { ...secrets, nonces: nonces.map((each) => (each === waiting ? { ...each, signsFrom: now } : each)) };
}

/** Where the one that makes nonces is: the last whose turn has come. */
function signingAt(nonces: readonly NonceSecret[], now: number): number {
  return Math.max(
    0,
    nonces.findLastIndex(({ signsFrom }) => signsFrom <= now),
  );
}

function inUse(nonces: readonly NonceSecret[], now: number): readonly NonceSecret[] {
  return nonces.filter(({ id }) => nonceState({ nonces }, id, now) !== null);
}

function invalid(message: string): SessionError {
  return new SessionError('invalid_argument', message);
}
