import { EncryptJWT, jwtDecrypt } from 'jose';
import { SessionError } from '../../protocol/session-error.ts';
import type { JsonObject } from '../engine/json.ts';
import type { SecretKeys } from './token-secrets.ts';

/** What encrypted data is bound to: it opens for the same session, issuer and audience only. */
export interface DataBinding {
  sessionId: string;
  issuer?: string | undefined;
  audience?: string | undefined;
}

/** Session data as it travels in a session token: a compact JWE (RFC 7516), `dir` with A256GCM. */
export interface EncryptedData {
  /** `expiresAt` in seconds since the epoch, or null. Throws `payload_too_large` above 3 KiB of text. */
  encrypt(data: JsonObject, binding: DataBinding & { expiresAt: number | null }): Promise<string>;
  /** Throws when it was not encrypted by us for this session. */
  decrypt(text: string, binding: DataBinding & { now: number }): Promise<JsonObject>;
}

const type = 'sd+jwe';
/** Headers of 8 KiB and cookies of 4 KiB are what servers and browsers take; the token around it needs room, too. */
const longest = 3072;

/** Encrypts with the first of the keys, and reads what any of them encrypted. */
export function createEncryptedData(secretKeys: () => Promise<SecretKeys[]>): EncryptedData {
  return {
    encrypt: async (data, { sessionId, issuer, audience, expiresAt }) => {
      const [key] = await secretKeys();
      if (key === undefined)
        throw new SessionError('invalid_argument', 'Encrypted session data needs a `secret`, besides keys that sign.');
      const claims = {
        sid: sessionId,
        ...(issuer === undefined ? {} : { iss: issuer }),
        ...(audience === undefined ? {} : { aud: audience }),
        ...(expiresAt === null ? {} : { exp: expiresAt }),
        data,
      };
      const header = { alg: 'dir', enc: 'A256GCM', kid: key.kid, typ: type };
      const text = await new EncryptJWT(claims).setProtectedHeader(header).encrypt(key.encryption);
      if (text.length > longest) throw tooLarge(text.length);
      return text;
    },
    decrypt: async (text, { sessionId, issuer, audience, now }) => {
      const keys = await secretKeys();
      const { payload } = await jwtDecrypt<{ data?: JsonObject }>(
        text,
        ({ kid }) => {
          const key = keys.find((each) => each.kid === kid);
          if (key === undefined) throw new TypeError('The data is encrypted with a secret that is not known here.');
          return key.encryption;
        },
        {
          typ: type,
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
          currentDate: new Date(now),
          ...(issuer === undefined ? {} : { issuer }),
          ...(audience === undefined ? {} : { audience }),
        },
      );
      if (payload['sid'] !== sessionId || typeof payload.data !== 'object')
        throw new TypeError('The data belongs to another session.');
      return payload.data;
    },
  };
}

function tooLarge(length: number): SessionError {
  return new SessionError(
    'payload_too_large',
    `The encrypted session data would have ${length} characters; a session token carries at most ${longest}. ` +
      'Put what is large into the session after its start, or do without `encrypt`.',
    { status: 413 },
  );
}
