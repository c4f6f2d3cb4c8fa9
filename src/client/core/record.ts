import * as z from 'zod/mini';
import { endReasons, type EndReason } from '../../protocol/end-reason.ts';
import { userSchema, type User } from '../../protocol/session-view.ts';
import type { SigningKey } from './ports.ts';
import { sessionFactsSchema, type SessionFacts } from './session-facts.ts';

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

const text = z.string().check(z.minLength(1), z.maxLength(16_384));
const count = z.number().check(z.int(), z.nonnegative());
const at = z.number();
const signingKey = z.object({
  privateKey: z.custom<object>((value) => typeof value === 'object' && value !== null),
  publicKey: z.custom<object>((value) => typeof value === 'object' && value !== null),
});

/** Checks a {@link VaultRecord} read from storage, where anything may have happened to it. */
export const vaultRecordSchema: z.ZodMiniType<VaultRecord> = z
  .discriminatedUnion('kind', [
    z.object({
      version: z.literal(1),
      kind: z.literal('live'),
      sessionId: text,
      generation: count,
      user: userSchema,
      session: sessionFactsSchema,
      accessToken: text,
      tokenType: z.enum(['Bearer', 'DPoP']),
      refreshToken: z.nullable(text),
      revocationToken: z.nullable(text),
      issuedAt: at,
      expiresAt: at,
      offsetMs: at,
      key: z.nullable(signingKey),
      pending: z.nullable(z.object({ key: text, at })),
      attempts: z.array(z.object({ generation: count, key: text })).check(z.maxLength(5)),
    }),
    z.object({
      version: z.literal(1),
      kind: z.literal('ended'),
      sessionId: text,
      generation: count,
      userId: text,
      reason: z.enum(endReasons),
      at,
    }),
  ])
  // Tokens that are bound to a key are worth nothing without it.
  .check(z.refine((record) => record.kind === 'ended' || record.tokenType === 'Bearer' || record.key !== null));

/** Whether both speak of the same rotation of the same session. */
export function samePair(a: Pair, b: Pair): boolean {
  return a.sessionId === b.sessionId && a.generation === b.generation;
}
