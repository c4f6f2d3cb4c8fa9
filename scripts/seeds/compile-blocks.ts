import { spawnSync } from 'node:child_process';
import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../public-names.ts';
import { facadeFiles, fileOf } from './module-names.ts';
import type { Block } from './read-blocks.ts';

/** What has to be compiled: a block, and declarations of what its document leaves free. */
export interface ToCompile {
  block: Block;
  ambient: string;
}

/** What the compiler said. */
export interface Compiled {
  /** What is wrong with a block, by its id. */
  byBlock: Map<string, string[]>;
  /** What is wrong outside of them: in a facade, or with the call of the compiler. */
  elsewhere: string[];
}

/** Compiles all blocks under `strict`, each a module of its own. */
export function compileBlocks(folder: string, blocks: readonly ToCompile[]): Compiled {
  for (const { block, ambient } of blocks)
    writeFileSync(path.join(folder, `${block.id}.ts`), `${block.code}\n\n${ambient}\nexport {};\n`);
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  const paths = Object.fromEntries([...facadeFiles()].map(([name, file]) => [name, [file]]));
  const compilerOptions = {
    strict: true,
    target: 'es2023',
    lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'],
    module: 'nodenext',
    moduleDetection: 'force',
    types: ['node'],
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    noEmit: true,
    paths,
  };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  const { status, stdout, stderr } = spawnSync('tsc', ['-p', folder, '--pretty', 'false'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return sortByBlock(blocks, `${stdout}${stderr}`, status);
}

function sortByBlock(blocks: readonly ToCompile[], said: string, status: number | null): Compiled {
  const byBlock = new Map<string, string[]>();
  const elsewhere: string[] = [];
  for (const line of said.split('\n').filter((text) => /\berror\b/.test(text))) {
    const { block } = blocks.find(({ block: { id } }) => line.startsWith(`${id}.ts(`)) ?? {};
    if (block) byBlock.set(block.id, [...(byBlock.get(block.id) ?? []), explain(line)]);
    else elsewhere.push(line);
  }
  if (status !== 0 && byBlock.size === 0 && elsewhere.length === 0) elsewhere.push(`tsc ended with ${status}: ${said}`);
  return { byBlock, elsewhere };
}

function explain(line: string): string {
  const name = /Cannot find module '([^']+)'/.exec(line)?.[1];
  const file = name === undefined ? null : fileOf(name);
  return file !== null && !existsSync(file) ? `no facade yet: ${path.relative(root, file)}` : line;
}
