import { isSessionError, SessionError } from '../../protocol/session-error.ts';

/** What the engine calls a member of its input, and what the wire does. */
const words: Readonly<Record<string, string>> = {
  userId: 'user_id',
  endsAt: 'ends_at',
  maxPerUser: 'max_per_user',
  keyThumbprint: 'key_thumbprint',
  authenticatedAt: 'authenticated_at',
  'epoch milliseconds': 'ISO 8601',
};
const pattern = new RegExp(`\\b(?:${Object.keys(words).join('|')})\\b`, 'g');

/**
 * What the engine says of an input, for somebody who gave it by the names of the wire. Only of these two codes: what others quote
 * may be the caller's own.
 */
export function inWireWords(error: unknown): unknown {
  if (!isSessionError(error) || !(error.code === 'invalid_argument' || error.code === 'invalid_duration')) return error;
  const { code, message, status, cause } = error;
  return new SessionError(
    code,
    message.replaceAll(pattern, (word) => words[word]!),
    { ...(status !== undefined && { status }), ...(cause !== undefined && { cause }) },
  );
}
