import { randomBytes } from 'node:crypto';
import { SessionError } from '../../protocol/session-error.ts';
import type { ServerSecrets } from './secrets.ts';

/** What a secret of refresh tokens is good for at a moment. `retired` is good for nothing, or for sign-outs only. */
export type MacState = 'next' | 'signs' | 'verifies' | 'retired';

const ids = 256;
const secretBytes = 32;

/** Id of the secret that signs at a moment: of those whose turn has come, the latest. */
export function signingMac({ currentMac, macSignsFrom, retiredMac }: ServerSecrets, now: number): number {
  let signing = currentMac;
  for (const [id, from] of Object.entries(macSignsFrom))
    if (from <= now && !retiredMac.includes(Number(id)) && from >= (macSignsFrom[signing] ?? 0)) signing = Number(id);
  return signing;
}

/** What the secret of an id is good for, or null when there never was one. */
export function macState(secrets: ServerSecrets, id: number, now: number): MacState | null {
  const { mac, macSignsFrom, retiredMac } = secrets;
  if (retiredMac.includes(id)) return 'retired';
  if (!mac[id]) return null;
  if (id === signingMac(secrets, now)) return 'signs';
  return (macSignsFrom[id] ?? 0) > now ? 'next' : 'verifies';
}

/**
 * With a new secret that signs from `signsFrom` on. Until then every server learns to verify with it, so that none meets a token
 * that it cannot read.
 *
 * @throws SessionError `invalid_argument` while another one waits for its turn
 */
export function withNewMac(
  secrets: ServerSecrets,
  { now, signsFrom }: { now: number; signsFrom: number },
): { secrets: ServerSecrets; id: number } {
  const waiting = Object.keys(secrets.mac).find((id) => macState(secrets, Number(id), now) === 'next');
  if (waiting !== undefined)
    throw invalid(`Secret ${waiting} waits for its turn already; see: sojourn secrets list. Or retire it first.`);
  const id = freeId(secrets);
  return {
    id,
    secrets: {
      ...secrets,
      mac: { ...secrets.mac, [id]: new Uint8Array(randomBytes(secretBytes)) },
      currentMac: signingMac(secrets, now),
      macSignsFrom: { ...secrets.macSignsFrom, [id]: signsFrom },
    },
  };
}

/**
 * With one secret out of use. By `force` it may be the one that signs, and nothing of it is kept: then the next one, or a new
 * one, signs at once. Otherwise it is kept for the sign-outs of its sessions.
 *
 * @throws SessionError `not_found`, or `invalid_argument` for the one that signs
 */
export function withoutMac(
  secrets: ServerSecrets,
  { id, force, now }: { id: number; force: boolean; now: number },
): { secrets: ServerSecrets; signing: number } {
  const state = macState(secrets, id, now);
  if (state === null || (state === 'retired' && !(force && secrets.mac[id])))
    throw new SessionError('not_found', 'There is no secret of this id in use; see: sojourn secrets list');
  if (state === 'signs' && !force)
    throw invalid(
      `Secret ${id} signs now. Run sojourn secrets rotate, and retire it when the next one signs and people have come back. If it was stolen, add --force: then whoever has not refreshed under another one signs in again.`,
    );
  const kept =
    state === 'signs' ? withSuccessor(secrets, id, now) : { ...secrets, currentMac: signingMac(secrets, now) };
  const { [id]: leaving, ...mac } = kept.mac;
  const { [id]: _, ...macSignsFrom } = kept.macSignsFrom;
  const isKept = leaving !== undefined && !force && state === 'verifies';
  return {
    signing: kept.currentMac,
    secrets: {
      ...kept,
      mac: isKept ? { ...mac, [id]: leaving } : mac,
      macSignsFrom,
      retiredMac: [...new Set([...kept.retiredMac, id])],
    },
  };
}

/** With another one that signs: the one that waits for its turn, which servers know, or a new one. */
function withSuccessor(secrets: ServerSecrets, id: number, now: number): ServerSecrets {
  const waiting = Object.keys(secrets.mac).find((each) => macState(secrets, Number(each), now) === 'next');
  const next = waiting === undefined ? withNewMac(secrets, { now, signsFrom: now }) : { secrets, id: Number(waiting) };
  const { mac, macSignsFrom } = next.secrets;
  return { ...next.secrets, mac, currentMac: next.id, macSignsFrom: { ...macSignsFrom, [next.id]: now, [id]: 0 } };
}

/** An id names one secret for ever: tokens of a retired one must not meet another under its name. */
function freeId({ mac, retiredMac }: ServerSecrets): number {
  const used = new Set([...Object.keys(mac).map(Number), ...retiredMac]);
  const highest = Math.max(...used);
  for (let step = 1; step <= ids; step++) {
    const id = (highest + step) % ids;
    if (!used.has(id)) return id;
  }
  throw invalid('All 256 ids are in use; take retired ones out of the file of the secrets.');
}

function invalid(message: string): SessionError {
  return new SessionError('invalid_argument', message);
}
