import type { VaultRecord } from './record.ts';

/** How what the vault holds differs from what this tab knew. */
export type Change =
  | 'nothing'
  /** The same session with newer tokens. */
  | 'rotated'
  /** The same session at an earlier rotation: the vault lost a write. */
  | 'rolled_back'
  /** A session where this tab knew none, or another session of the same person. */
  | 'signed_in'
  /** Another person's session. */
  | 'identity_changed'
  | 'ended'
  /** A session was known and nothing is stored any more. Proves nothing about the session. */
  | 'missing';

/** Compares what this tab knew with what the vault holds. */
export function changeBetween(known: VaultRecord | null, found: VaultRecord | null): Change {
  if (found === null) return known?.kind === 'live' ? 'missing' : 'nothing';
  if (found.kind === 'ended')
    return known?.kind === 'ended' && known.sessionId === found.sessionId ? 'nothing' : 'ended';
  if (known?.kind !== 'live') {
    // Our own tombstone is the later truth about that session: a live record of it can only be a lost write.
    return known?.sessionId === found.sessionId ? 'nothing' : 'signed_in';
  }
  if (known.user.id !== found.user.id) return 'identity_changed';
  if (known.sessionId !== found.sessionId) return 'signed_in';
  if (known.generation === found.generation) return known.accessToken === found.accessToken ? 'nothing' : 'rotated';
  return known.generation < found.generation ? 'rotated' : 'rolled_back';
}
