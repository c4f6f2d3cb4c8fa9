import { endReasons, type EndReason } from '../../protocol/end-reason.ts';
import type { User } from '../../protocol/session-view.ts';
import { hasShape, isCount, isNumber, isObject, isText, oneOf, orNull } from '../../protocol/shape.ts';
import type { SigningKey } from './ports.ts';
import type { SessionFacts } from './session-facts.ts';

/** What every record carries: which session, and which rotation of it. Comparisons use both (another sign-in starts at 0 too). */
export interface Pair {
  sessionId: string;
  generation: number;
}

/** A session that may be used. */
export interface LiveRecord extends Pair {
  version: 1;
  kind: 'live';
  user: User;
  session: SessionFacts;
  accessToken: string;
  tokenType: 'Bearer' | 'DPoP';
  /** Null in cookie mode, where the cookie holds it. */
  refreshToken: string | null;
  revocationToken: string | null;
  /** When the access token was issued and ends, by the server's clock (epoch milliseconds). */
  issuedAt: number;
  expiresAt: number;
  /** Server clock minus this machine's clock when last learnt, in milliseconds. */
  offsetMs: number;
  key: SigningKey | null;
  /** Key of the refresh attempt for this generation; committed before anything is sent. */
  pending: { key: string; at: number } | null;
  /** Cookie mode: the last five attempt keys, newest first, with the generation each was made for. */
  attempts: ReadonlyArray<{ generation: number; key: string }>;
}

/** A tombstone: the session that was here is over, and why. */
export interface EndedRecord extends Pair {
  version: 1;
  kind: 'ended';
  userId: string;
  reason: EndReason;
  at: number;
}

/** The one value that the tabs of a browser agree on. */
export type VaultRecord = LiveRecord | EndedRecord;

const isKey = hasShape({ privateKey: isObject, publicKey: isObject });
const pair = { version: oneOf(1), sessionId: isText, generation: isCount };
const isLive = hasShape({
  ...pair,
  user: hasShape({ id: isText }),
  session: hasShape({
    id: isText,
    type: isText,
    createdAt: isNumber,
    absoluteEndsAt: orNull(isNumber),
    idleTimeoutMs: orNull(isNumber),
    remembered: oneOf(true, false),
  }),
  accessToken: isText,
  tokenType: oneOf('Bearer', 'DPoP'),
  refreshToken: orNull(isText),
  revocationToken: orNull(isText),
  issuedAt: isNumber,
  expiresAt: isNumber,
  offsetMs: isNumber,
  key: orNull(isKey),
  pending: orNull(hasShape({ key: isText, at: isNumber })),
  attempts: (value) => Array.isArray(value) && value.every(hasShape({ generation: isCount, key: isText })),
});
const isEnded = hasShape({ ...pair, userId: isText, reason: oneOf(...endReasons), at: isNumber });

/** Whether what storage holds is a {@link VaultRecord}. Anything may have happened to it there. */
export function isVaultRecord(value: unknown): value is VaultRecord {
  const { kind, tokenType, key } = (value ?? {}) as Partial<LiveRecord>;
  if ((kind as string) === 'ended') return isEnded(value);
  // Tokens that are bound to a key are worth nothing without it.
  return kind === 'live' && isLive(value) && (tokenType === 'Bearer' || key !== null);
}

/** Whether both speak of the same rotation of the same session. */
export function samePair(a: Pair, b: Pair): boolean {
  return a.sessionId === b.sessionId && a.generation === b.generation;
}
