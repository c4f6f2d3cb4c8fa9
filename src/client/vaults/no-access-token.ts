import type { LiveRecord, VaultRecord } from '../core/record.ts';
import type { Vault, VaultContents } from '../core/vault.ts';

/** What is written in the place of a token. It was over long ago, so that nobody is ever given it. */
const none = { accessToken: '-', issuedAt: 0, expiresAt: 0 };

/**
 * `inner` without access tokens: each stays in the memory of the tab that was given it. Other tabs, and this one after a
 * reload, find a session whose access token is over, and renew it. A tab keeps its token while others rotate the session.
 */
export function withoutAccessToken(inner: Vault): Vault {
  let own: LiveRecord | null = null;

  function filled(contents: VaultContents): VaultContents {
    const { record } = contents;
    if (record?.kind !== 'live' || record.accessToken !== none.accessToken || own?.sessionId !== record.sessionId)
      return contents;
    const { accessToken, tokenType, issuedAt, expiresAt } = own;
    return { ...contents, record: { ...record, accessToken, tokenType, issuedAt, expiresAt } };
  }

  return {
    persistence: () => inner.persistence(),
    subscribe: (listener) => inner.subscribe(listener),
    read: async () => filled(await inner.read()),
    async update(change) {
      let written: VaultRecord | null = null;
      const contents = await inner.update((stored) => {
        const seen = filled(stored);
        const next = change(seen);
        written = next.record;
        if (next === seen) return stored;
        return written?.kind === 'live' ? { ...next, record: { ...written, ...none } } : next;
      });
      const live = written as VaultRecord | null;
      if (live?.kind === 'live' && live.expiresAt > 0) own = live;
      return filled(contents);
    },
    close: () => inner.close(),
  };
}
