import { statSync } from 'node:fs';
import type { MacSecrets } from '../tokens/mac.ts';
import { nonceSecretsAt } from './change-nonce-secrets.ts';
import { signingMac } from './change-secrets.ts';
import { keptSecrets, secretsFile, type ServerSecrets } from './secrets.ts';

/** What {@link followSecrets} takes. */
export interface FollowOptions {
  folder: string;
  now: () => number;
  /** Is told when a changed file cannot be read; what was read before goes on serving. */
  onError: (error: unknown) => void;
}

/** Secrets as they are now. */
export interface LiveSecrets {
  /** Those of refresh tokens, for `createMac`: the same object until there is something new. */
  mac: () => MacSecrets;
  /** Those of DPoP nonces, for `createDpopNonces`. */
  nonces: () => readonly Uint8Array[];
}

const lookEveryMs = 1000;

/**
 * The secrets of a folder, which may be changed while a server runs. Looks at the file at most once a second, when it is asked, and
 * not by a timer.
 */
export function followSecrets({ folder, now, onError }: FollowOptions): LiveSecrets {
  let kept = keptSecrets(folder);
  let seen = versionOf(folder);
  let lookedAt = now();
  let mac = macSecretsAt(kept, lookedAt);
  let nonces = nonceSecretsAt(kept, lookedAt);
  let lookAt = nextLook(kept, lookedAt);

  function look(): void {
    const at = now();
    // A clock that was set back must not put the next look off.
    if (at < lookAt && at >= lookedAt) return;
    let isNew = false;
    try {
      const version = versionOf(folder);
      isNew = version !== seen;
      if (isNew) kept = keptSecrets(folder);
      seen = version;
    } catch (error) {
      isNew = false;
      onError(error);
    }
    if (isNew || mac.current !== signingMac(kept, at)) mac = macSecretsAt(kept, at);
    nonces = nonceSecretsAt(kept, at);
    lookedAt = at;
    lookAt = nextLook(kept, at);
  }

  return {
    mac: () => (look(), mac),
    nonces: () => (look(), nonces),
  };
}

/** The secrets of refresh tokens as they are at a moment. */
export function macSecretsAt(secrets: ServerSecrets, now: number): MacSecrets {
  return { secrets: secrets.mac, current: signingMac(secrets, now), retired: secrets.retiredMac };
}

/** In a second, or when the turn of a secret comes. */
function nextLook({ macSignsFrom, nonces }: ServerSecrets, now: number): number {
  const turns = [...Object.values(macSignsFrom), ...nonces.map(({ signsFrom }) => signsFrom)];
  return Math.min(now + lookEveryMs, ...turns.filter((from) => from > now));
}

/** A file that was put in the place of another has another inode, whatever its clock says. */
function versionOf(folder: string): string {
  const { ino, mtimeMs, size } = statSync(secretsFile(folder));
  return `${ino} ${mtimeMs} ${size}`;
}
