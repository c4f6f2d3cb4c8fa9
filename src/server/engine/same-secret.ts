import { SessionError } from '../../protocol/session-error.ts';
import { encodeBase64url } from './base64url.ts';
import type { Mac } from './ports.ts';
import type { NoteStore } from './store.ts';

const area = 'meta';
const key = 'user-tags';
/** Of nobody: its tag tells one secret from another, and nothing else. */
const nobody = '\0';

/**
 * A check that this server tags users as all before it did, made once. With another secret it would find none of the sessions of
 * a user, and sign nobody out who asks for it.
 *
 * The check throws `store_unavailable`, which waiting does not mend.
 */
export function createSecretCheck(store: NoteStore, mac: Mac, now: () => number): () => Promise<void> {
  let isSame = false;

  return async () => {
    if (isSame) return;
    const value = JSON.stringify(encodeBase64url(await mac.userTag(nobody)));
    const known = await store.note(area, key, now());
    if (known === null) await store.putNote(area, key, { value, expiresAt: null, ifVersion: 0 }, now());
    const kept = known ?? (await store.note(area, key, now()));
    if (kept?.value !== value)
      throw new SessionError(
        'store_unavailable',
        'The sessions in this store were made with another `userTagSecret`. Give this server the same one, or a store of its own.',
        { status: 503, retryable: false },
      );
    isSame = true;
  };
}
