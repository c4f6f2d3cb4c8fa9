import type { VaultRecord } from '../core/record.ts';
import type { Revocation, Vault, VaultContents } from '../core/vault.ts';

/** Brings what happened in `memory` into `main`, whatever else happens in it meanwhile. */
export async function moveInto(main: Vault, memory: Vault): Promise<VaultContents> {
  for (;;) {
    const mine = await memory.read();
    const stored = await main.update((contents) => merge(contents, mine));
    if (mine === (await memory.read())) return stored;
  }
}

/** What the storage shall hold after `mine` happened in memory while it could not be reached. */
export function merge(stored: VaultContents, mine: VaultContents): VaultContents {
  const record = winner(stored.record, mine.record);
  const loser = record === stored.record ? mine.record : stored.record;
  const outbox = [...stored.outbox];
  for (const entry of [...mine.outbox, ...revocationOf(loser, record)])
    if (!outbox.some(({ sessionId }) => sessionId === entry.sessionId)) outbox.push(entry);
  const activityAt = Math.max(stored.activityAt ?? 0, mine.activityAt ?? 0) || null;
  if (record === stored.record && outbox.length === stored.outbox.length && activityAt === stored.activityAt)
    return stored;
  return { ...stored, record, outbox, activityAt };
}

/** Of one session the end, then the newer rotation; of two the live one, then the later sign-in. */
function winner(stored: VaultRecord | null, mine: VaultRecord | null): VaultRecord | null {
  if (!stored || !mine) return stored ?? mine;
  if (stored.kind !== mine.kind) {
    const [live, ended] = stored.kind === 'live' ? [stored, mine] : [mine, stored];
    return live.sessionId === ended.sessionId ? ended : live;
  }
  if (stored.sessionId === mine.sessionId) return mine.generation > stored.generation ? mine : stored;
  return startOf(mine) > startOf(stored) ? mine : stored;
}

function startOf(record: VaultRecord): number {
  return record.kind === 'live' ? record.session.createdAt : record.at;
}

/** A session that lost to another one is nobody's any more. */
function revocationOf(loser: VaultRecord | null, record: VaultRecord | null): Revocation[] {
  if (loser?.kind !== 'live' || !loser.revocationToken || loser.sessionId === record?.sessionId) return [];
  return [{ sessionId: loser.sessionId, revocationToken: loser.revocationToken, at: loser.issuedAt }];
}
