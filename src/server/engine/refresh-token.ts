import { SessionError } from '../../protocol/session-error.ts';
import { decodeBase64url, encodeBase64url } from './base64url.ts';
import type { Mac } from './ports.ts';
import { sessionId, sessionIdBytes, sidBytes, tagBytes } from './session-id.ts';

/** What a genuine token says. */
export interface TokenClaim {
  sessionId: string;
  /** Of a refresh or remember token; 0 in a revocation token. */
  generation: number;
}

/** Refresh, remember and revocation tokens. All are recomputed, never stored. */
export interface TokenMinter {
  refreshToken(sessionId: string, generation: number): Promise<string>;
  /** `sessionId` is that of the hidden session behind the token. */
  rememberToken(sessionId: string, generation: number): Promise<string>;
  /** `keyId` is the record's, so that the token is the same for the life of the session; of a retired key, the current one's. */
  revocationToken(sessionId: string, keyId: number): Promise<string>;
  /**
   * Null when the token is malformed or forged, or when its key is retired. A revocation token is read under a retired key, too,
   * while that key is here: what a person has signed out must not live on. Throws `store_unavailable` for an unknown key.
   */
  read(token: string, kind: TokenKind): Promise<TokenClaim | null>;
}

/** What a token is for. Each kind has a MAC label of its own, so that none passes for the other. */
export type TokenKind = 'refresh' | 'remember' | 'revoke';

// version 1 | key id 1 | user tag 12 | sid 16 | generation 4 | mac 16
const version = 1;
const idAt = 2;
const generationAt = idAt + tagBytes + sidBytes;
const macAt = generationAt + 4;
const totalBytes = macAt + 16;
const tokenLength = 67;

/** Mints and reads refresh, remember and revocation tokens: 50 bytes, 67 characters. */
export function createTokenMinter(mac: Mac): TokenMinter {
  async function mint(kind: TokenKind, keyId: number, id: string, generation: number): Promise<string | null> {
    const bytes = new Uint8Array(totalBytes);
    bytes[0] = version;
    bytes[1] = keyId;
    bytes.set(sessionIdBytes(id), idAt);
    for (let i = 0; i < 4; i++) bytes[generationAt + i] = generation >>> (24 - 8 * i);
    const code = await mac.sign(keyId, kind, bytes.subarray(0, macAt));
    if (code === null) return null;
    bytes.set(code, macAt);
    return encodeBase64url(bytes);
  }

  async function mintNow(kind: TokenKind, id: string, generation: number): Promise<string> {
    return (await mint(kind, mac.currentKeyId, id, generation)) ?? unknownKey(mac.currentKeyId);
  }

  return {
    refreshToken: (id, generation) => mintNow('refresh', id, generation),
    rememberToken: (id, generation) => mintNow('remember', id, generation),
    revocationToken: async (id, keyId) => {
      const first = mac.isRetired(keyId) ? null : await mint('revoke', keyId, id, 0);
      return first ?? mintNow('revoke', id, 0);
    },
    read: async (token, kind) => {
      const bytes = typeof token === 'string' && token.length === tokenLength ? decodeBase64url(token) : null;
      if (bytes === null || bytes[0] !== version) return null;
      const keyId = bytes[1]!;
      const isRetired = mac.isRetired(keyId);
      if (isRetired && kind !== 'revoke') return null;
      const code = await mac.sign(keyId, kind, bytes.subarray(0, macAt));
      if (code === null) {
        if (isRetired) return null;
        unknownKey(keyId);
      }
      if (!mac.equal(code, bytes.subarray(macAt))) return null;
      const generation = new DataView(bytes.buffer, bytes.byteOffset).getUint32(generationAt);
      return { sessionId: sessionId(bytes.subarray(idAt, generationAt)), generation };
    },
  };
}

/** A rolling deploy may sign with a key that has not reached this server yet: "try again", never "forged". */
function unknownKey(keyId: number): never {
  throw new SessionError(
    'store_unavailable',
    `The token is signed with key ${keyId}, which this server does not have. Give every server the same secrets.`,
    { status: 503, retryAfterMs: 5000 },
  );
}
