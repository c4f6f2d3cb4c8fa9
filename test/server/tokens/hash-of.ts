import { createHash } from 'node:crypto';

/** base64url(SHA-256(text)), as `ath` and `rth` have it. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
