import type { Mac } from '../engine/ports.ts';
import { SessionError } from '../../protocol/session-error.ts';
import type { Hmac } from './hmac.ts';
import { nodeHmac } from './node-hmac.ts';
import { webHmac } from './web-hmac.ts';

/** The secrets that sign tokens, at one moment. Each has at least 32 bytes. */
export interface MacSecrets {
  /** Secrets by key id (0 to 255). Add a new one everywhere before it signs; keep an old one for the longest absolute life. */
  secrets: Readonly<Record<number, Uint8Array>>;
  /** Id of the secret that signs. */
  current: number;
  /**
   * Ids that are out of use: whoever comes with a token of theirs has to sign in again. While the secret of such an id is still
   * among `secrets`, its revocation tokens go on ending sessions. Leave a secret that was stolen out there. Default: none.
   */
  retired?: readonly number[];
}

/** What {@link createMac} takes. */
export interface MacOptions extends MacSecrets {
  /**
   * Secret of user tags and attempt tags. Never change it: sessions of before would live on, but lists and "sign out
   * everywhere" would not find them any more.
   */
  userTagSecret: Uint8Array;
}

/** The same for secrets that change while the server runs. */
export interface ChangingMacOptions extends Pick<MacOptions, 'userTagSecret'> {
  /** Asked with every token, so it must be quick: answer the same object until something has changed. */
  secrets: () => MacSecrets;
}

/** The secrets of one moment, ready for use. */
interface Keys {
  of: MacSecrets;
  current: number;
  byId: ReadonlyMap<number, Hmac>;
  retired: ReadonlySet<number>;
}

const leastBytes = 32;

/**
 * HMAC-SHA-256 behind the engine's port: 16 bytes for tokens, 12 for user tags, 8 for attempt tags.
 *
 * @throws SessionError `invalid_argument` for a short secret, a bad key id, or a current key that is retired or has no secret; for
 *   secrets that change, also at the first token after such a change.
 */
export function createMac(options: MacOptions | ChangingMacOptions): Mac {
  const makeHmac = nodeHmac() ?? webHmac;
  const secretsNow = isChanging(options) ? options.secrets : (): MacSecrets => options;
  let known = readKeys(secretsNow(), makeHmac);
  const tags = makeHmac(checked(options.userTagSecret, 'userTagSecret'));

  function keys(): Keys {
    const now = secretsNow();
    if (now !== known.of) known = readKeys(now, makeHmac);
    return known;
  }

  return {
    get currentKeyId() {
      return keys().current;
    },
    sign: (keyId, label, message) => {
      const hmac = keys().byId.get(keyId);
      return hmac === undefined ? null : cut(hmac(labelled(label, message)), 16);
    },
    isRetired: (keyId) => keys().retired.has(keyId),
    userTag: (userId) => cut(tags('user\0' + userId), 12),
    attemptTag: (attemptKey) => cut(tags('attempt\0' + attemptKey), 8),
    equal,
  };
}

function isChanging(options: MacOptions | ChangingMacOptions): options is ChangingMacOptions {
  return typeof options.secrets === 'function';
}

function readKeys(of: MacSecrets, makeHmac: (secret: Uint8Array) => Hmac): Keys {
  const { secrets, current } = of;
  const retired = new Set(of.retired);
  const byId = new Map<number, Hmac>();
  for (const [id, secret] of Object.entries(secrets)) {
    const keyId = Number(id);
    if (!Number.isInteger(keyId) || keyId < 0 || keyId > 255)
      throw invalid(`Key id ${id} does not fit in a byte; use 0 to 255.`);
    byId.set(keyId, makeHmac(checked(secret, `The secret of key ${id}`)));
  }
  if (!byId.has(current)) throw invalid(`There is no secret for the current key ${current}.`);
  if (retired.has(current)) throw invalid(`The current key ${current} is retired; let another one sign.`);
  return { of, current, byId, retired };
}

/** The label is set apart by its length, so that no two pairs of label and message meet. */
function labelled(label: string, message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + label.length + message.length);
  bytes[0] = label.length;
  for (let i = 0; i < label.length; i++) bytes[i + 1] = label.charCodeAt(i);
  bytes.set(message, label.length + 1);
  return bytes;
}

function cut(mac: Uint8Array | Promise<Uint8Array>, length: number): Uint8Array | Promise<Uint8Array> {
  return mac instanceof Promise ? mac.then((bytes) => bytes.subarray(0, length)) : mac.subarray(0, length);
}

/** Looks at every byte whatever it finds, so that time tells nothing. Lengths are no secret. */
function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}

function checked(secret: Uint8Array, name: string): Uint8Array {
  if (secret.length < leastBytes)
    throw invalid(`${name} has ${secret.length} bytes; it needs at least ${leastBytes} random ones.`);
  return secret;
}

function invalid(message: string): SessionError {
  return new SessionError('invalid_argument', message);
}
