// Runs one block in a process of its own: node scripts/seeds/run-block.ts <folder of the documents> <folder to work in> <block>
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../public-names.ts';
import { checkInto } from './checked.ts';
import { documents } from './drivers/index.ts';
import { fileOf } from './module-names.ts';
import { readBlocks } from './read-blocks.ts';
import { recorded, type Call } from './recorded.ts';
import { wrapBlock } from './wrap-block.ts';

/** What the process tells its parent. */
export interface Outcome {
  /** What was looked at and found right. */
  seen: string[];
  /** What went wrong, or null. */
  failure: string | null;
}

type Run = (modules: Record<string, unknown>, free: Record<string, unknown>) => Promise<Record<string, unknown>>;

class NoFacade extends Error {}

const [, , seeds = '', folder = '', id = ''] = process.argv;
const seen: string[] = [];
let failure: string | null = null;
try {
  await play();
} catch (error) {
  failure = told(error);
}
process.send?.({ seen, failure } satisfies Outcome, () => process.exit());

async function play(): Promise<void> {
  const document = documents.find(({ file }) => file.startsWith(id.slice(0, 3)));
  const index = Number(id.slice(4)) - 1;
  const driver = document?.drivers[index];
  const block = document && readBlocks(seeds, document.file, document.slips)[index];
  if (!driver || !block) throw new Error(`There is no block ${id}.`);
  const wrapped = wrapBlock(block, driver.free ?? [], driver.made ?? []);
  const file = path.join(folder, `run-${id}.ts`);
  writeFileSync(file, wrapped.code);
  const calls: Call[] = [];
  const load = async (name: string): Promise<unknown> => recordedModule(name, await importModule(name), calls);
  await driver.play({
    calls,
    load,
    check: checkInto(seen),
    run: async (free = {}) => {
      const modules: Record<string, unknown> = {};
      for (const name of wrapped.imports) modules[name] = await load(name);
      const { default: run } = (await import(pathToFileURL(file).href)) as { default: Run };
      return run(modules, free);
    },
  });
}

/** The message, and the first place of a block or a driver that it came by. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const place = /(?:run-\d+-\d+|drivers\/[\w-]+)\.ts:\d+/.exec(error.stack ?? '')?.[0];
  const lines = error.message.split('\n').slice(0, 25);
  return [...lines, ...(place === undefined || error instanceof NoFacade ? [] : [`at ${place}`])].join('\n');
}

async function importModule(name: string): Promise<object> {
  const facade = fileOf(name);
  if (facade === null) return (await import(name)) as object;
  if (!existsSync(facade)) throw new NoFacade(`no facade yet: ${path.relative(root, facade)}`);
  return (await import(pathToFileURL(facade).href)) as object;
}

/** Real packages are handed on as they are. */
function recordedModule(name: string, module: object, calls: Call[]): object {
  return fileOf(name) === null ? module : recorded(module, '', calls);
}
