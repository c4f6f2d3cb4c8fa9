import { statSync } from 'node:fs';
import type { MacSecrets } from '../tokens/mac.ts';
import { signingMac } from './change-secrets.ts';
import { keptSecrets, secretsFile, type ServerSecrets } from './secrets.ts';

/** What {@link followMacSecrets} takes. */
export interface FollowOptions {
  folder: string;
  now: () => number;
  /** Is told when a changed file cannot be read; what was read before goes on serving. */
  onError: (error: unknown) => void;
}

const lookEveryMs = 1000;

/**
 * The secrets of refresh tokens in a folder, for `createMac`. Looks at the file at most once a second, when it is asked, and not
 * by a timer; and answers the same object until there is something new.
 */
export function followMacSecrets({ folder, now, onError }: FollowOptions): () => MacSecrets {
  let kept = keptSecrets(folder);
  let seen = versionOf(folder);
  let latest = macSecretsAt(kept, now());
  let lookedAt = now();
  let lookAt = nextLook(kept, lookedAt);

  return () => {
    const at = now();
    // A clock that was set back must not put the next look off.
    if (at < lookAt && at >= lookedAt) return latest;
    try {
      const version = versionOf(folder);
      if (version !== seen) {
        kept = keptSecrets(folder);
        seen = version;
        latest = macSecretsAt(kept, at);
      }
    } catch (error) {
      onError(error);
    }
    if (latest.current !== signingMac(kept, at)) latest = macSecretsAt(kept, at);
    lookedAt = at;
    lookAt = nextLook(kept, at);
    return latest;
  };
}

/** The secrets of refresh tokens as they are at a moment. */
export function macSecretsAt(secrets: ServerSecrets, now: number): MacSecrets {
  return { secrets: secrets.mac, current: signingMac(secrets, now), retired: secrets.retiredMac };
}

/** In a second, or when the turn of a secret comes. */
function nextLook({ macSignsFrom }: ServerSecrets, now: number): number {
  return Math.min(now + lookEveryMs, ...Object.values(macSignsFrom).filter((from) => from > now));
}

/** A file that was put in the place of another has another inode, whatever its clock says. */
function versionOf(folder: string): string {
  const { ino, mtimeMs, size } = statSync(secretsFile(folder));
  return `${ino} ${mtimeMs} ${size}`;
}
