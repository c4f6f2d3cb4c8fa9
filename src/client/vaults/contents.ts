import { hasShape, isNumber, isText } from '../../protocol/shape.ts';
import { isVaultRecord, type VaultRecord } from '../core/record.ts';
import { emptyContents, type Revocation, type VaultContents } from '../core/vault.ts';

/** The shape that {@link packContents} writes. A later version counts up; this one then leaves what it finds alone. */
const version = 1;

const isRevocation = hasShape({ sessionId: isText, revocationToken: isText, at: isNumber });

/** What is put into storage. */
export function packContents({ record, outbox, activityAt }: VaultContents): object {
  return { version, record, outbox, activityAt };
}

/**
 * What was found in storage, where anything may have happened to it: `null` and `undefined` are nothing,
 * an unreadable record is `corrupt` and costs none of the revocations beside it. Never throws.
 */
export function parseContents(raw: unknown): VaultContents {
  if (raw === undefined || raw === null) return emptyContents;
  const found = raw as {
    version?: unknown;
    record?: { version?: unknown } | null;
    outbox?: unknown;
    activityAt?: unknown;
  };
  if (isNewer(found.version) || isNewer(found.record?.version)) return { ...emptyContents, trouble: 'newer' };
  const { record, outbox, activityAt } = found;
  const corrupt = found.version !== version || (record !== null && !isVaultRecord(record));
  return {
    record: corrupt ? null : (record as VaultRecord | null),
    outbox: Array.isArray(outbox) ? (outbox as Revocation[]).filter(isRevocation) : [],
    activityAt: isNumber(activityAt) ? (activityAt as number) : null,
    trouble: corrupt ? 'corrupt' : null,
  };
}

/** Whether the contents changed hands: somebody signed in or out. What was put aside before is dropped then. */
export function changedHands({ record: a }: VaultContents, { record: b }: VaultContents): boolean {
  return a?.sessionId !== b?.sessionId || a?.kind !== b?.kind;
}

function isNewer(found: unknown): boolean {
  return typeof found === 'number' && found > version;
}
