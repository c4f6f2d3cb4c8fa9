import { base64url } from 'jose';

/** base64url(SHA-256(text)): the form of `ath` and `rth` in proofs (RFC 9449 section 4.2). */
export async function sha256(text: string): Promise<string> {
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));
}
