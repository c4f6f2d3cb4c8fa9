import { hasShape, isObject } from '../../protocol/shape.ts';
import { SessionError } from '../../protocol/session-error.ts';
import type { SigningKey } from './ports.ts';

const isKey = /* @__PURE__ */ hasShape({ privateKey: isObject, publicKey: isObject });

/** What decides whether adopted tokens can be used with a key, and without one. */
export interface AdoptedKeyRules {
  /** Bound tokens are worth nothing without their key. */
  isBound: boolean;
  /** Whether proofs can be sent to where the tokens are renewed. */
  acceptsProof: boolean;
  /** The key of the session that goes on, if it does. */
  known: SigningKey | null;
}

/** The key that came along with adopted tokens, or the one that the session has already. @throws SessionError `invalid_argument` */
export function adoptedKey(tokens: unknown, { isBound, acceptsProof, known }: AdoptedKeyRules): SigningKey | null {
  const given = isObject(tokens) ? ((tokens as { dpopKey?: unknown }).dpopKey ?? null) : null;
  if (given === null) {
    if (isBound && known === null)
      throw refused('These tokens need the key that they are bound to: adopt({ ...answer, dpopKey }).');
    return known;
  }
  if (!acceptsProof)
    throw refused('Nobody would use the key: create the transport with `dpop: true`, or leave `dpopKey` out.');
  if (!isKey(given)) throw refused('`dpopKey` is no key pair: it needs a privateKey and a publicKey of WebCrypto.');
  return given as SigningKey;
}

function refused(message: string): SessionError {
  return new SessionError('invalid_argument', message);
}
