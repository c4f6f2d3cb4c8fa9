import { readFileSync } from 'node:fs';

/** The version of this package. Its `package.json` is as far from here in `dist` as in `src`. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
