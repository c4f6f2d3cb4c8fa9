import { decodeBase64url, encodeBase64url } from './base64url.ts';

/** Length of the user tag in bytes; its base64url is 16 characters, so it can be cut out of an id as text. */
export const tagBytes = 12;
/** Length of the secretless random part of a session id, in bytes. */
export const sidBytes = 16;

const prefix = 'session_';
const pattern = /^session_[\w-]{37}[AQgw]$/;

/** The public id of a new session: its user's tag (16 characters, whole bytes) and a random sid. */
export function makeSessionId(tag: string, sid: Uint8Array): string {
  return prefix + tag + encodeBase64url(sid);
}

/** The public id of a session: `session_` + base64url(user tag 12 | sid 16). */
export function sessionId(tagAndSid: Uint8Array): string {
  return prefix + encodeBase64url(tagAndSid);
}

/** Whether `id` has the form of a session id. Others are answered without asking the store. */
export function isSessionId(id: unknown): id is string {
  return typeof id === 'string' && pattern.test(id);
}

/** User tag and sid, 28 bytes. */
export function sessionIdBytes(id: string): Uint8Array {
  const bytes = isSessionId(id) ? decodeBase64url(id.slice(prefix.length)) : null;
  if (bytes === null) throw new TypeError('Not a session id.');
  return bytes;
}

/** The user tag in a session id, as base64url. All sessions of a user share it. */
export function userTagOf(id: string): string {
  return id.slice(prefix.length, prefix.length + 16);
}
