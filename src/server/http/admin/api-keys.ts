import { SessionError } from '../../../protocol/session-error.ts';
import { decodeBase64url } from '../../engine/base64url.ts';

/**
 * A key of a back end: the key itself, or its SHA-256 (64 hex digits, or 43 characters of base64url) with a name, so
 * that the key is in no configuration.
 */
export type AdminKey = string | { name: string; hash: string };

/** Keys that are known by their hashes only. */
export interface ApiKeys {
  /** The name of the key in an `Authorization` header, or null. Takes the same time for every wrong key. */
  nameOf(authorization: string | undefined): Promise<string | null>;
}

interface Known {
  name: string;
  hash: Uint8Array;
}

/** What keys open, for messages. */
type KeyUse = 'Admin' | 'Introspection' | 'Metrics';

const fewestBits = 128;
const fewestKinds = 8;

/**
 * Reads the keys of a server.
 *
 * @throws SessionError `invalid_argument` for a key that could be guessed, or a hash that is none
 */
export function createApiKeys(keys: readonly AdminKey[], use: KeyUse): ApiKeys {
  const plain = keys.flatMap((key, index) =>
    typeof key === 'string' ? [{ key: demandStrong(key, `${use} key ${index + 1}`), name: `key ${index + 1}` }] : [],
  );
  const known = Promise.all(plain.map(async ({ key, name }) => ({ name, hash: await sha256(key) })));
  const given = keys.flatMap((key) => (typeof key === 'string' ? [] : [demandHash(key, use)]));

  return {
    nameOf: async (authorization) => {
      const sent = await sha256(/^bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '');
      let found: string | null = null;
      for (const { name, hash } of [...given, ...(await known)]) if (isSame(hash, sent)) found = name;
      return found;
    },
  };
}

function demandHash({ name, hash }: Exclude<AdminKey, string>, use: KeyUse): Known {
  const bytes = /^[\da-f]{64}$/i.test(hash) ? fromHex(hash) : decodeBase64url(hash);
  if (bytes?.length !== 32)
    throw refused(
      `The hash of the ${use.toLowerCase()} key '${name}' is not a SHA-256: write 64 hex digits, or 43 characters of base64url.`,
    );
  return { name, hash: bytes };
}

/** The alphabet is guessed from what is there: a key of hex digits needs 32 of them, one of base64url 22. */
function demandStrong(key: string, which: string): string {
  if (!/^[\x21-\x7e]*$/.test(key))
    throw refused(`${which} has characters that no header can carry; use letters, digits, '-' and '_'.`);
  const alphabet = /^\d*$/.test(key) ? 10 : /^[\da-f]*$/i.test(key) ? 16 : 64;
  const bits = key.length * Math.log2(alphabet);
  if (bits < fewestBits || new Set(key).size < fewestKinds)
    throw refused(
      `${which} can be guessed: it needs at least ${fewestBits} random bits. Make one with: openssl rand -base64 32`,
    );
  return key;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  let difference = one.length ^ other.length;
  for (const [index, byte] of one.entries()) difference |= byte ^ (other[index] ?? 0);
  return difference === 0;
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function refused(message: string): SessionError {
  return new SessionError('invalid_argument', message);
}
