// Loaded before everything else: files of the product are read as those of the twin that SOJOURN_TWIN names.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { clientTwins } from './client-twins.ts';
import { serverTwins } from './server-twins.ts';
import { edited } from './twin.ts';

const root = path.join(import.meta.dirname, '../../..');
const twin = [...clientTwins, ...serverTwins].find(({ name }) => name === process.env['SOJOURN_TWIN']);
if (!twin) throw new Error(`There is no twin ${process.env['SOJOURN_TWIN']}.`);

const files = new Map<string, string>();
for (const file of new Set(twin.edits.map((edit) => edit.file))) {
  const place = path.join(root, file);
  const edits = twin.edits.filter((edit) => edit.file === file);
  files.set(pathToFileURL(place).href, edited(readFileSync(place, 'utf8'), edits));
}

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const source = files.get(url);
    if (source === undefined) return loaded;
    if (!fileURLToPath(url).endsWith('.ts')) throw new Error(`${url} is no source of ours.`);
    return { ...loaded, source };
  },
});
