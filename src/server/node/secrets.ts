import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SessionError } from '../../protocol/session-error.ts';

/** The secrets of a server besides its signing keys. Whoever has them can mint any refresh token. */
export interface ServerSecrets {
  /** Secrets of refresh and revocation tokens by key id. */
  mac: Record<number, Uint8Array>;
  /** The one that signs, until the turn of another one comes. */
  currentMac: number;
  /** From when on a secret signs, for those that came later. Epoch milliseconds. */
  macSignsFrom: Record<number, number>;
  /** Ids whose tokens are good no more. Where the secret is still there, its revocation tokens are. */
  retiredMac: readonly number[];
  /** Never changes: it is in every session id. */
  userTag: Uint8Array;
  /** Secrets of DPoP nonces, in the order of their turns; at least one. */
  nonces: readonly NonceSecret[];
}

/** A secret that makes nonces from its turn on, until that of the next one. */
export interface NonceSecret {
  id: number;
  secret: Uint8Array;
  /** Epoch milliseconds; 0 for the first one. */
  signsFrom: number;
}

const secretBytes = 32;
const fileName = 'server.json';

/** New secrets, as good as the machine's randomness. */
export function newSecrets(): ServerSecrets {
  const secret = (): Uint8Array => new Uint8Array(randomBytes(secretBytes));
  return {
    mac: { 1: secret() },
    currentMac: 1,
    macSignsFrom: {},
    retiredMac: [],
    userTag: secret(),
    nonces: [{ id: 1, secret: secret(), signsFrom: 0 }],
  };
}

/**
 * The secrets kept in a folder, made at the first start. The folder is for the owner alone (0700, files 0600).
 *
 * @throws SessionError `storage_unavailable` when the file cannot be read as secrets
 */
export function keptSecrets(folder: string): ServerSecrets {
  const path = secretsFile(folder);
  if (!existsSync(path)) writeOnce(folder, path, serialize(newSecrets()));
  chmodSync(path, 0o600);
  return parse(readFileSync(path, 'utf8'), path);
}

/** The file of the secrets of a folder, to see whether it has changed. */
export function secretsFile(folder: string): string {
  return join(folder, fileName);
}

/**
 * Writes changed secrets in the place of those that are there. Servers that run read either, never half of one. Answers false, and
 * changes nothing, when `isAllowed` says so at the last moment.
 */
export function replaceSecrets(folder: string, secrets: ServerSecrets, isAllowed = (): boolean => true): boolean {
  const path = secretsFile(folder);
  const draft = draftOf(path);
  writeFileSync(draft, serialize(secrets), { mode: 0o600, flush: true });
  const mayReplace = isAllowed();
  if (mayReplace) renameSync(draft, path);
  else rmSync(draft);
  return mayReplace;
}

/** Whether a folder has secrets. */
export function hasSecrets(folder: string): boolean {
  return existsSync(secretsFile(folder));
}

/** Another one each time: in a container everybody may have the same process id. */
function draftOf(path: string): string {
  return `${path}.${randomUUID()}`;
}

/** Two servers that start at once agree on the first one's file: a link, unlike a rename, replaces nothing. */
function writeOnce(folder: string, path: string, text: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = draftOf(path);
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
  macSignsFrom?: Record<string, number>;
  retiredMac?: number[];
  userTag: string;
  nonces?: Array<{ id: number; secret: string; signsFrom: number }>;
  /** In a file that was made before there could be several. */
  dpopNonce?: string;
}

const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

function serialize(secrets: ServerSecrets): string {
  const mac = Object.fromEntries(Object.entries(secrets.mac).map(([id, secret]) => [id, encode(secret)]));
  const { currentMac, macSignsFrom, retiredMac, userTag, nonces } = secrets;
  const file: SecretsFile = {
    version: 1,
    mac,
    currentMac,
    macSignsFrom,
    retiredMac: [...retiredMac],
    userTag: encode(userTag),
    nonces: nonces.map(({ secret, ...rest }) => ({ ...rest, secret: encode(secret) })),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

function parse(text: string, path: string): ServerSecrets {
  try {
    const file = JSON.parse(text) as SecretsFile;
    if (Number(file.version) !== 1) throw new Error('another version');
    const mac = Object.fromEntries(Object.entries(file.mac).map(([id, secret]) => [Number(id), decode(secret)]));
    const { currentMac, macSignsFrom = {}, retiredMac = [] } = file;
    if (!mac[currentMac] || retiredMac.includes(currentMac)) throw new Error('no current key');
    if (Object.values(macSignsFrom).some((at) => typeof at !== 'number')) throw new Error('no times');
    return { mac, currentMac, macSignsFrom, retiredMac, userTag: decode(file.userTag), nonces: noncesIn(file) };
  } catch (cause) {
    const message = `The secrets in ${path} cannot be read; restore the file from a backup. Without it every session in the store is lost.`;
    throw new SessionError('storage_unavailable', message, { cause, retryable: false });
  }
}

function noncesIn({ nonces, dpopNonce = '' }: SecretsFile): NonceSecret[] {
  const kept = nonces ?? [{ id: 1, secret: dpopNonce, signsFrom: 0 }];
  if (kept.length === 0) throw new Error('no secret of nonces');
  return kept.map(({ id, secret, signsFrom }) => {
    if (typeof id !== 'number' || typeof signsFrom !== 'number') throw new Error('no turn of a secret');
    return { id, secret: decode(secret), signsFrom };
  });
}

function decode(text: string): Uint8Array {
  const bytes = new Uint8Array(Buffer.from(text, 'base64url'));
  if (bytes.length < secretBytes) throw new Error('a secret is too short');
  return bytes;
}
