// Compiles and runs the code of the documents that this package answers to, as it stands there, and looks at its results.
//   SEEDS_DIR=/path/to/the/documents npm run seeds
//   SEEDS_DIR=/path/to/the/documents npm run seeds -- 002      only blocks whose name begins so
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compileBlocks } from './seeds/compile-blocks.ts';
import type { Driver } from './seeds/driver.ts';
import { documents } from './seeds/drivers/index.ts';
import { readBlocks, type Block } from './seeds/read-blocks.ts';
import { runInChild } from './seeds/run-in-child.ts';
import { table, type Row } from './seeds/table.ts';

const seeds = process.env['SEEDS_DIR'] ?? '';
const missing =
  seeds === '' ? [] : documents.map(({ file }) => file).filter((file) => !existsSync(path.join(seeds, file)));

if (seeds === '' || missing.length > 0) {
  const why = seeds === '' ? 'SEEDS_DIR is not set' : `${seeds} lacks ${missing.join(', ')}`;
  console.error(
    [
      `NOTHING WAS CHECKED: ${why}.`,
      'The documents are other people’s and not part of this repository.',
      'What to do: set SEEDS_DIR to the folder that holds them, and start this again.',
    ].join('\n'),
  );
  process.exit(3);
}

const wanted = process.argv[2] ?? '';
const pairs = documents
  .flatMap(({ file, drivers, slips }) => paired(readBlocks(seeds, file, slips), drivers, file))
  .filter(({ block }) => block.id.startsWith(wanted));
const folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'sojourn-seeds-'));
try {
  const { byBlock, elsewhere } = compileBlocks(
    folder,
    pairs.map(({ block, driver }) => ({ block, ambient: driver.ambient ?? '' })),
  );
  const rows: Row[] = [];
  for (const { block } of pairs)
    rows.push({ block, compileErrors: byBlock.get(block.id) ?? [], ...(await runInChild(seeds, folder, block.id)) });
  console.log(table(rows));
  for (const line of elsewhere) console.error(`the compiler, outside of the blocks: ${line}`);
  const red = rows.filter(({ compileErrors, failure }) => compileErrors.length > 0 || failure !== null);
  const checks = rows.reduce((sum, { seen }) => sum + seen.length, 0);
  console.log(
    `\n${rows.length} blocks, ${rows.length - red.length} green, ${red.length} red; ${checks} results looked at`,
  );
  if (red.length > 0 || rows.length === 0 || elsewhere.length > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Every block has its driver, or the document has changed. */
function paired(blocks: Block[], drivers: readonly Driver[], file: string): { block: Block; driver: Driver }[] {
  const expected = drivers.map(({ heading }) => heading);
  const found = blocks.map(({ heading }) => heading);
  if (expected.join('\n') !== found.join('\n'))
    throw new Error(`${file} has changed: blocks under "${found.join('", "')}"; expected "${expected.join('", "')}".`);
  return blocks.map((block, index) => ({ block, driver: drivers[index]! }));
}
