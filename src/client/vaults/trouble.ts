import type { VaultContents } from '../core/vault.ts';
import { SessionError } from '../../protocol/session-error.ts';

/** A failure of storage, as every vault reports it. `retryable: false`: it cannot get better by itself. */
export function unavailable(why: string, cause?: unknown, retryable = true): SessionError {
  return new SessionError('storage_unavailable', `The session could not be kept or read: ${why}.`, {
    cause,
    retryable,
  });
}

/** Refuses to write over what a later version of the app has written. */
export function refuseNewer({ trouble }: VaultContents): void {
  if (trouble === 'newer') throw unavailable('a newer version of this app wrote it; reload the page', undefined, false);
}
