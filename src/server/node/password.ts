import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';

/** A password as it is kept: salted and hashed with scrypt (RFC 7914). */
export interface PasswordHash {
  salt: Buffer;
  hash: Buffer;
}

const hashBytes = 32;
const longestPassword = 1024;
const cost: ScryptOptions = { N: 16_384, r: 8, p: 1 };

/** Hashes a password under a new salt. */
export async function hashPassword(password: string): Promise<PasswordHash> {
  const salt = randomBytes(16);
  return { salt, hash: await derive(password, salt) };
}

/** Whether this is the password. Takes the same work for `kept: null` (nobody of that name), and answers no. */
export async function isPassword(password: string, kept: PasswordHash | null): Promise<boolean> {
  const { salt, hash } = kept ?? { salt: Buffer.alloc(16), hash: Buffer.alloc(hashBytes) };
  const isSame = timingSafeEqual(await derive(password.slice(0, longestPassword), salt), hash);
  return isSame && kept !== null;
}

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, hashBytes, cost, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
