import { tagLength } from '../../engine/attempts.ts';
import { firstLook } from '../../engine/decide-sweep.ts';
import type { NewEvent } from '../../engine/decision.ts';
import type { DeathReason, SessionRecord } from '../../engine/record.ts';
import type { SessionEvent } from '../../engine/session-event.ts';
import type { Renewal } from '../../engine/sessions.ts';

/** A value of a column. */
export type Cell = null | number | bigint | string | Uint8Array;
/** A row as `node:sqlite` gives it. */
export type Row = Record<string, Cell>;

const idPrefix = 'session_';
const slots = 5;
// 50 characters of base64url, and two so that they are whole bytes.
const ringLength = slots * tagLength + 2;
const renewals: readonly Renewal[] = ['none', 'manual', 'access', 'half-life'];
const thumbprintLength = 43;

/** Tag and sid of a public id, as the columns hold them. */
export function keyOf(id: string): { tag: Uint8Array; sid: Uint8Array } {
  const bytes = Buffer.from(id.slice(idPrefix.length), 'base64url');
  return { tag: bytes.subarray(0, 12), sid: bytes.subarray(12) };
}

/** The bytes of a user tag. */
export function tagOf(tag: string): Uint8Array {
  return Buffer.from(tag, 'base64url');
}

/** The values of a new row, in the order of its columns. */
export function cellsOf(record: SessionRecord, now: number): Cell[] {
  const { tag, sid } = keyOf(record.id);
  return [
    sid,
    tag,
    record.userId,
    record.type === 'default' ? null : record.type,
    record.createdAt,
    record.updatedAt,
    record.lastActivityAt,
    record.lastRefreshedAt ?? record.createdAt,
    record.windowMs,
    record.windowEndsAt,
    record.absoluteEndsAt,
    record.idleTimeoutMs,
    renewals.indexOf(record.renewal),
    Number(record.remembered),
    record.generation,
    packAttempts(record.attempts),
    record.stamp,
    record.keyId,
    packThumbprint(record.keyThumbprint),
    record.deviceLabel,
    record.userAgent,
    record.version,
    record.endedAt,
    record.endReason,
    firstLook(record, now),
    record.data,
    record.alias,
    record.trustContext,
    record.lastAction,
    record.lastActionAt,
    record.tokenGeneration,
    authenticatedCell(record),
    record.acr,
  ];
}

/** Null for the usual case: nobody proved themselves again since the session began. */
export function authenticatedCell({ authenticatedAt, createdAt }: SessionRecord): number | null {
  return authenticatedAt === createdAt ? null : authenticatedAt;
}

/** The ring at its full width, so that a refresh does not make the row grow. */
export function packAttempts(attempts: string): Uint8Array {
  return Buffer.from(attempts.padEnd(ringLength, 'A'), 'base64url');
}

/** The record in a row. `id` spares the work of making it where the caller has it. */
export function recordOf(row: Row, id?: string): SessionRecord {
  const generation = row['generation'] as number;
  const tokenGeneration = row['token_generation'] as number;
  const endReason = row['end_reason'] as DeathReason | null;
  return {
    id: id ?? idOf(row['tag'] as Uint8Array, row['sid'] as Uint8Array),
    userId: row['user_id'] as string,
    type: (row['type'] as string | null) ?? 'default',
    createdAt: row['created_at'] as number,
    updatedAt: row['updated_at'] as number,
    lastActivityAt: row['active_at'] as number,
    authenticatedAt: (row['authenticated_at'] as number | null) ?? (row['created_at'] as number),
    acr: row['acr'] as string | null,
    lastRefreshedAt: generation === 0 && tokenGeneration === 0 ? null : (row['refreshed_at'] as number),
    windowMs: row['window_ms'] as number | null,
    windowEndsAt: row['window_ends_at'] as number | null,
    absoluteEndsAt: row['absolute_ends_at'] as number | null,
    idleTimeoutMs: row['idle_ms'] as number | null,
    renewal: renewals[row['renewal'] as number]!,
    remembered: row['remembered'] === 1,
    generation,
    attempts: endReason === null ? unpackAttempts(row['attempts'] as Uint8Array, generation) : '',
    stamp: row['stamp'] as number,
    keyId: row['key_id'] as number,
    keyThumbprint: unpackThumbprint(row['thumbprint'] as string | Uint8Array | null),
    deviceLabel: row['label'] as string | null,
    userAgent: row['user_agent'] as string | null,
    alias: row['alias'] as string | null,
    trustContext: row['trust_context'] as string | null,
    lastAction: row['last_action'] as string | null,
    lastActionAt: row['last_action_at'] as number | null,
    tokenGeneration,
    data: row['data'] as string | null,
    version: row['version'] as number,
    endedAt: row['ended_at'] as number | null,
    endReason,
  };
}

/** The values of a new event, in the order of its columns; its cursor is the statement's affair. */
export function eventCells(event: NewEvent, tag: Uint8Array): Cell[] {
  const sid = event.sessionId === null ? null : keyOf(event.sessionId).sid;
  return [event.at, event.type, tag, sid, event.userId, JSON.stringify(event.detail)];
}

/** The event in a row. */
export function eventFrom(row: Row): SessionEvent {
  return {
    cursor: row['cursor'] as number,
    type: row['type'] as SessionEvent['type'],
    userId: row['user_id'] as string,
    sessionId: row['sid'] === null ? null : idOf(row['tag'] as Uint8Array, row['sid'] as Uint8Array),
    at: row['at'] as number,
    detail: JSON.parse(row['detail'] as string) as SessionEvent['detail'],
  };
}

function idOf(tag: Uint8Array, sid: Uint8Array): string {
  return idPrefix + Buffer.concat([tag, sid]).toString('base64url');
}

/** Each rotation leaves a tag or a blank: the generation tells how many there are. */
function unpackAttempts(packed: Uint8Array, generation: number): string {
  return textOf(packed).slice(0, Math.min(generation, slots) * tagLength);
}

/** A real thumbprint is the text of 32 bytes and rests as those; any other text rests as it is. */
function packThumbprint(thumbprint: string | null): Cell {
  if (thumbprint?.length !== thumbprintLength) return thumbprint;
  const bytes = Buffer.from(thumbprint, 'base64url');
  return textOf(bytes) === thumbprint ? bytes : thumbprint;
}

function unpackThumbprint(packed: string | Uint8Array | null): string | null {
  return packed instanceof Uint8Array ? textOf(packed) : packed;
}

/** Bytes as base64url. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}
