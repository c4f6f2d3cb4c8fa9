// The package's public names and the source files behind them, read from package.json.
import { readFileSync } from 'node:fs';
import path from 'node:path';

export const root: string = path.resolve(import.meta.dirname, '..');

interface Manifest {
  name: string;
  exports: Record<string, string | { types: string; default: string }>;
}

export interface PublicName {
  /** As one writes it in an import: `sojourn/react`. */
  name: string;
  /** Built file, relative to the repository. */
  built: string;
  /** Its types, relative to the repository. */
  types: string;
  /** File it is built from, relative to the repository, with `/`. */
  source: string;
}

/** Every subpath that is code, in the order of the exports map. */
export function publicNames(): PublicName[] {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;
  return Object.entries(manifest.exports).flatMap(([subpath, target]) => {
    if (typeof target === 'string') return [];
    const source = target.default.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts');
    return [{ name: manifest.name + subpath.slice(1), built: target.default, types: target.types, source }];
  });
}
