import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Installs Debian packages where that is possible, which is as root on Debian, and says so. Answers whether it did. */
export function installWithApt(what: string, packages: readonly string[]): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return false;
  console.log(`No ${what} here; installing from Debian (apt-get update, apt-get install ${packages.join(' ')}) …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...words: string[]): boolean => {
    const { status, stderr, error } = spawnSync('apt-get', words, { env, encoding: 'utf8' });
    if (status !== 0) console.error(`apt-get ${words.join(' ')} failed:\n${error?.message ?? stderr}`);
    return status === 0;
  };
  return apt('update', '-q') && apt('install', '-q', '-y', '--no-install-recommends', ...packages);
}
