import { generateProof, type KeyPair } from 'dpop';
import type { Keys, SigningKey } from '../core/ports.ts';
import { base64url } from './base64url.ts';

/** ES256 key pairs and DPoP proofs (RFC 9449) by WebCrypto. The private key cannot be exported. */
export function webKeys(): Keys {
  return {
    async create() {
      // Absent on insecure origins.
      const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
      if (!subtle) return null;
      return (await subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
        'sign',
        'verify',
      ])) as SigningKey;
    },
    async prove(key, { method, url, nonce, accessToken, refreshToken, attemptKey, now }) {
      const claims = {
        ...(refreshToken && { rth: await sha256(refreshToken) }),
        ...(attemptKey && { idk: attemptKey }),
        // `dpop` takes `iat` from this machine's clock and lets nobody say otherwise. The claims become JSON, so JSON's own hook
        // puts in the server's time.
        toJSON(this: object) {
          return { ...this, toJSON: undefined, iat: Math.floor(now / 1000) };
        },
      };
      return generateProof(key as KeyPair, withoutQuery(url), method, nonce, accessToken, claims as never);
    },
  };
}

/** RFC 9449 section 4.2: `htu` is the target URI without query and fragment. */
function withoutQuery(url: string): string {
  return url.replace(/[?#].*/s, '');
}

async function sha256(text: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));
}
