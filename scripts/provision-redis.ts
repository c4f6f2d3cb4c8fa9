// Brings a Redis: the one named in the environment, the system's, else Debian's package.
import { spawnSync } from 'node:child_process';
import { findProgram, isExecutable } from './find-program.ts';
import { installWithApt } from './install-with-apt.ts';

export interface ProvisionedRedis {
  /** Null: none could be had. */
  path: string | null;
  /** What was found, in one line. */
  line: string;
}

/** Finds or installs `redis-server`, and makes sure that it is new enough. */
export function provisionRedis(): ProvisionedRedis {
  const named = process.env['SOJOURN_REDIS_SERVER'];
  if (named)
    return isExecutable(named) ? describe(named, 'named by SOJOURN_REDIS_SERVER') : none(`${named} is no program.`);
  const found = findProgram('redis-server');
  if (found !== null) return describe(found, 'of the system');
  const installed = installWithApt('Redis', ['redis-server']) ? findProgram('redis-server') : null;
  if (installed !== null) return describe(installed, "Debian's package, installed just now");
  return none('install redis-server and run again. As root on Debian that is done by itself.');
}

const oldest = 7;

function describe(path: string, origin: string): ProvisionedRedis {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 30_000 });
  const version = /v=(\d+(?:\.\d+)+)/.exec(stdout ?? '')?.[1];
  if (version === undefined) return none(`${path} (${origin}) does not start.`);
  if (Number.parseInt(version, 10) < oldest) return none(`${path} (${origin}) is ${version}; ${oldest}.0 is needed.`);
  return { path, line: `Redis ${version} at ${path}, ${origin}.` };
}

function none(why: string): ProvisionedRedis {
  return { path: null, line: `No Redis: ${why}` };
}
