const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Bytes as base64url without padding (RFC 4648 section 5). */
export function encodeBase64url(bytes: Uint8Array): string {
  const codes: number[] = [];
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const word = (bytes[i]! << 16) | ((left > 1 ? bytes[i + 1]! : 0) << 8) | (left > 2 ? bytes[i + 2]! : 0);
    codes.push(alphabet.charCodeAt(word >> 18), alphabet.charCodeAt((word >> 12) & 63));
    if (left > 1) codes.push(alphabet.charCodeAt((word >> 6) & 63));
    if (left > 2) codes.push(alphabet.charCodeAt(word & 63));
  }
  return String.fromCharCode(...codes);
}

/**
 * The bytes of a base64url text, or null when it is not exactly what {@link encodeBase64url} writes.
 * Spare bits that are not zero are refused: one secret must not have two spellings.
 */
export function decodeBase64url(text: string): Uint8Array | null {
  const length = (text.length * 3) >> 2;
  if (text.length % 4 === 1) return null;
  const bytes = new Uint8Array(length);
  let word = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const six = sextet(text.charCodeAt(i));
    if (six < 0) return null;
    word = ((word << 6) | six) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = word >> bits;
    }
  }
  return (word & ((1 << bits) - 1)) === 0 ? bytes : null;
}

function sextet(code: number): number {
  if (code >= 97) return code <= 122 ? code - 71 : -1;
  if (code >= 65) return code <= 90 ? code - 65 : code === 95 ? 63 : -1;
  if (code >= 48) return code <= 57 ? code + 4 : -1;
  return code === 45 ? 62 : -1;
}
