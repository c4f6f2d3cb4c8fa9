import { encodeBase64url } from '../../engine/base64url.ts';

/** 128 bits of SHA-256 as part of a key: what clients send is as long as they like, and nobody reads it there. */
export async function hashOf(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return encodeBase64url(bytes.subarray(0, 16));
}
