import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../scripts/public-names.ts';

/** The guides, beside the README. */
export const guides: readonly string[] = readdirSync(path.join(root, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);

/** Every page whose links and commands are held. */
export const pages: readonly string[] = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', ...guides];

/** The text of a page; empty where there is none. */
export function readPage(page: string): string {
  const file = path.join(root, page);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** What a link leads to: the text of a file, nothing of a folder, null where there is neither. */
export function textAt(place: string): string | null {
  const found = statSync(path.join(root, place), { throwIfNoEntry: false });
  return found ? (found.isFile() ? readPage(place) : '') : null;
}
