// What an app downloads for a public name: bundled and minified by esbuild, code splitting on, each chunk brotli-compressed.
import { build, type Metafile } from 'esbuild';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { publicNames, root } from './public-names.ts';

export interface Measured {
  /** Brotli bytes of the entry and every chunk it imports statically: what comes down before anything runs. */
  bytes: number;
  /** Chunks that are loaded with `import()`, each with its brotli bytes. */
  onDemand: { name: string; bytes: number }[];
  /** Every input file of every chunk, on-demand ones included, relative to the repository. */
  inputs: string[];
  /** Minified bytes of each package or folder in what comes down first, before compression, largest first. */
  shares: { name: string; bytes: number }[];
}

/** Measures `code` as an app would write it. `external` are names the app has anyway. */
export async function measureSize(code: string, external: string[] = []): Promise<Measured> {
  const { metafile, outputFiles } = await build({
    stdin: { contents: code, resolveDir: root, sourcefile: 'app.ts', loader: 'ts' },
    alias: Object.fromEntries(
      publicNames()
        .filter(({ name }) => !external.includes(name))
        .map(({ name, source }) => [name, path.join(root, source)]),
    ),
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    jsx: 'automatic',
    outdir: 'out',
    external,
    metafile: true,
    write: false,
    legalComments: 'none',
    logLevel: 'silent',
  });
  const withFixedNames = fixedNames(outputFiles.map(({ path: file }) => path.basename(file)));
  const compressed = new Map(
    outputFiles.map((file) => [
      path.relative(root, file.path).split(path.sep).join('/'),
      brotliCompressSync(withFixedNames(file.text)).length,
    ]),
  );
  const first = staticChunks(metafile);
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs));
  return {
    bytes: first.reduce((sum, name) => sum + (compressed.get(name) ?? 0), 0),
    onDemand: Object.keys(metafile.outputs)
      .filter((name) => !first.includes(name))
      .map((name) => ({ name: nameOf(metafile, name), bytes: compressed.get(name) ?? 0 })),
    inputs: [...new Set(inputs)].filter((input) => input !== 'app.ts').sort(),
    shares: shares(metafile, first),
  };
}

/**
 * Gives chunks names that are as long and as random as those with a hash, and always the same: some random texts compress a few
 * dozen bytes worse than others, and a change in one chunk must not seem to make another one larger.
 */
function fixedNames(names: readonly string[]): (text: string) => string {
  const hashes = names.flatMap((name) => /-([A-Z0-9]{8})\.js$/.exec(name)?.[1] ?? []);
  const fixed = (at: number): string => createHash('sha256').update(`chunk ${at}`).digest('base64url').slice(0, 8);
  return (text) => hashes.reduce((changed, hash, at) => changed.replaceAll(hash, fixed(at)), text);
}

function staticChunks(metafile: Metafile): string[] {
  const entry = Object.keys(metafile.outputs).find((name) => metafile.outputs[name]?.entryPoint === 'app.ts');
  if (entry === undefined) throw new Error('esbuild answered no entry chunk.');
  const found = [entry];
  for (const name of found)
    for (const { path: next, kind } of metafile.outputs[name]?.imports ?? [])
      if (kind === 'import-statement' && next in metafile.outputs && !found.includes(next)) found.push(next);
  return found;
}

function nameOf(metafile: Metafile, chunk: string): string {
  const output = metafile.outputs[chunk];
  return output?.entryPoint ?? `shared: ${Object.keys(output?.inputs ?? {}).join(', ')}`;
}

function shares(metafile: Metafile, chunks: string[]): { name: string; bytes: number }[] {
  const sums = new Map<string, number>();
  for (const chunk of chunks)
    for (const [input, { bytesInOutput }] of Object.entries(metafile.outputs[chunk]?.inputs ?? {})) {
      const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? path.posix.dirname(input);
      sums.set(name, (sums.get(name) ?? 0) + bytesInOutput);
    }
  return [...sums].map(([name, bytes]) => ({ name, bytes })).sort((a, b) => b.bytes - a.bytes);
}
