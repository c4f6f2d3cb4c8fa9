import { decodeBase64url } from '../engine/base64url.ts';
import { sessionId } from '../engine/session-id.ts';

const tagAndSidFrom = 2;
const tagAndSidTo = 30;
const shortest = 46;

/**
 * Which session a refresh or revocation token claims to be for (version 1 | key id 1 | user tag 12 | sid 16 | ...). Its MAC
 * was not checked: good for counting and comparing, never for deciding.
 */
export function sessionIdOf(token: string): string | null {
  const bytes = token.length <= 512 ? decodeBase64url(token) : null;
  return bytes && bytes.length >= shortest ? sessionId(bytes.subarray(tagAndSidFrom, tagAndSidTo)) : null;
}
