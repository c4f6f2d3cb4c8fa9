import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SessionError } from '../../protocol/session-error.ts';

/** The secrets of a server besides its signing keys. Whoever has them can mint any refresh token. */
export interface ServerSecrets {
  /** Secrets of refresh and revocation tokens by key id. */
  mac: Record<number, Uint8Array>;
  currentMac: number;
  /** Never changes: it is in every session id. */
  userTag: Uint8Array;
  dpopNonce: Uint8Array;
}

const secretBytes = 32;
const fileName = 'server.json';

/** New secrets, as good as the machine's randomness. */
export function newSecrets(): ServerSecrets {
  const secret = (): Uint8Array => new Uint8Array(randomBytes(secretBytes));
  return { mac: { 1: secret() }, currentMac: 1, userTag: secret(), dpopNonce: secret() };
}

/**
 * The secrets kept in a folder, made at the first start. The folder is for the owner alone (0700, files 0600).
 *
 * @throws SessionError `storage_unavailable` when the file cannot be read as secrets
 */
export function keptSecrets(folder: string): ServerSecrets {
  const path = join(folder, fileName);
  if (!existsSync(path)) writeOnce(folder, path, serialize(newSecrets()));
  chmodSync(path, 0o600);
  return parse(readFileSync(path, 'utf8'), path);
}

/** Whether a folder has secrets. */
export function hasSecrets(folder: string): boolean {
  return existsSync(join(folder, fileName));
}

/** Two servers that start at once agree on the first one's file: a link, unlike a rename, replaces nothing. */
function writeOnce(folder: string, path: string, text: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text, { mode: 0o600, flush: true });
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

interface SecretsFile {
  version: 1;
  mac: Record<string, string>;
  currentMac: number;
  userTag: string;
  dpopNonce: string;
}

const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

function serialize(secrets: ServerSecrets): string {
  const mac = Object.fromEntries(Object.entries(secrets.mac).map(([id, secret]) => [id, encode(secret)]));
  const { currentMac, userTag, dpopNonce } = secrets;
  const file: SecretsFile = { version: 1, mac, currentMac, userTag: encode(userTag), dpopNonce: encode(dpopNonce) };
  return `${JSON.stringify(file, null, 2)}\n`;
}

function parse(text: string, path: string): ServerSecrets {
  try {
    const file = JSON.parse(text) as SecretsFile;
    if (Number(file.version) !== 1) throw new Error('another version');
    const mac = Object.fromEntries(Object.entries(file.mac).map(([id, secret]) => [Number(id), decode(secret)]));
    if (!mac[file.currentMac]) throw new Error('no current key');
    return { mac, currentMac: file.currentMac, userTag: decode(file.userTag), dpopNonce: decode(file.dpopNonce) };
  } catch (cause) {
    const message = `The secrets in ${path} cannot be read; restore the file from a backup. Without it every session in the store is lost.`;
    throw new SessionError('storage_unavailable', message, { cause, retryable: false });
  }
}

function decode(text: string): Uint8Array {
  const bytes = new Uint8Array(Buffer.from(text, 'base64url'));
  if (bytes.length < secretBytes) throw new Error('a secret is too short');
  return bytes;
}
