import { checkAcr } from '../../protocol/acr.ts';
import { checkJsonObject, encodeData, encodeValue } from './data.ts';
import { invalidArgument } from './failures.ts';
import type { ResolvedLifetimes } from './lifetimes.ts';
import type { SessionRecord } from './record.ts';
import type { CreateSession } from './session.ts';
import { isText, shortened } from './texts.ts';

const longest = { userId: 256, keyThumbprint: 128, label: 128, userAgent: 256, trustContextBytes: 4096 };

/** What the engine adds to the caller's wishes. */
export interface Birth {
  id: string;
  userId: string;
  keyId: number;
  now: number;
  lifetimes: ResolvedLifetimes;
  dataLimitBytes: number;
}

/** The record of a new session. Throws `invalid_argument` for input that cannot be one. */
export function newSession(input: CreateSession, birth: Birth): SessionRecord {
  const { id, userId, keyId, now, lifetimes, dataLimitBytes } = birth;
  const { keyThumbprint = null, data, device, trustContext = null, acr = null, authenticatedAt = now } = input;
  if (keyThumbprint !== null && !isText(keyThumbprint, longest.keyThumbprint))
    throw invalidArgument(`keyThumbprint is 1 to ${longest.keyThumbprint} characters (RFC 7638: 43), or null.`);
  if (!Number.isSafeInteger(authenticatedAt))
    throw invalidArgument('`authenticatedAt` is an instant in epoch milliseconds.');
  checkAcr(acr);
  if (data !== undefined) checkJsonObject(data);
  if (trustContext !== null) checkJsonObject(trustContext);
  const { windowMs, absoluteMs, idleTimeoutMs, renewal } = lifetimes;
  const absoluteEndsAt = absoluteMs === null ? null : now + absoluteMs;
  return {
    id,
    userId,
    type: input.type ?? 'default',
    createdAt: now,
    updatedAt: now,
    lastActivityAt: now,
    authenticatedAt: Math.min(authenticatedAt, now),
    acr,
    lastRefreshedAt: null,
    windowMs,
    windowEndsAt: windowMs === null ? null : Math.min(now + windowMs, absoluteEndsAt ?? Infinity),
    absoluteEndsAt,
    idleTimeoutMs,
    renewal,
    remembered: input.remember === true,
    generation: 0,
    attempts: '',
    stamp: 0,
    keyId,
    keyThumbprint,
    deviceLabel: namePart(device?.label, longest.label),
    userAgent: namePart(device?.userAgent, longest.userAgent),
    alias: input.id ?? null,
    trustContext: trustContext === null ? null : encodeValue(trustContext, longest.trustContextBytes),
    lastAction: null,
    lastActionAt: null,
    tokenGeneration: 0,
    data: data === undefined ? null : encodeData(data, dataLimitBytes),
    version: 0,
    endedAt: null,
    endReason: null,
  };
}

/** Throws `invalid_argument` unless it names a user. */
export function checkUserId(userId: unknown): asserts userId is string {
  if (!isText(userId, longest.userId))
    throw invalidArgument(`\`userId\` is a text of 1 to ${longest.userId} characters, of well-formed Unicode.`);
}

/** Names of devices come from strangers' headers: too long a one is cut, not refused. */
function namePart(text: unknown, length: number): string | null {
  if (text == null || text === '') return null;
  if (typeof text !== 'string') throw invalidArgument('The label and the user agent of a device are texts, or null.');
  return shortened(text, length);
}
