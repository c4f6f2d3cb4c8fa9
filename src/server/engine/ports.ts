/** The time. Epoch milliseconds. */
export interface Clock {
  now(): number;
}

/**
 * A keyed one-way function (HMAC-SHA-256). Answers at once where the runtime can (Node) and later where it cannot (WebCrypto).
 * Keys stay behind the port and are named by a one-byte id.
 */
export interface Mac {
  /** Id of the key that signs now. */
  readonly currentKeyId: number;
  /** 16 bytes. Null when there is no key of this id here, because it is not here yet or was taken away. */
  sign(keyId: number, label: string, message: Uint8Array): Uint8Array | null | Promise<Uint8Array | null>;
  /**
   * Whether the key was taken out of use. Its refresh tokens are as good as forged. A key that is merely unknown may be on its
   * way here (a rolling deploy), so that is 503.
   */
  isRetired(keyId: number): boolean;
  /** Tag of a user, 12 bytes, under a secret of its own that is never rotated. */
  userTag(userId: string): Uint8Array | Promise<Uint8Array>;
  /** Tag of an attempt key, 8 bytes, under the same never-rotated secret: a retry may come after the signing key was rotated. */
  attemptTag(attemptKey: string): Uint8Array | Promise<Uint8Array>;
  /** Constant-time comparison. */
  equal(a: Uint8Array, b: Uint8Array): boolean;
}

/** Randomness from a CSPRNG. */
export interface Random {
  bytes(length: number): Uint8Array;
}
