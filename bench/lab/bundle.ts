// The pages' scripts as an app would ship them: bundled, minified, split. They import `sojourn` by its public names.
import { build } from 'esbuild';
import path from 'node:path';
import { publicNames, root } from '../../scripts/public-names.ts';

/** Bundles the scripts of `bench/page` by their names. Answers the files by their URL path. */
export async function bundle(names: readonly string[]): Promise<Map<string, Uint8Array>> {
  const { outputFiles } = await build({
    entryPoints: names.map((name) => path.join(root, 'bench/page', `${name}.ts`)),
    alias: Object.fromEntries(publicNames().map(({ name, source }) => [name, path.join(root, source)])),
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    outdir: '/',
    write: false,
    logLevel: 'silent',
  });
  return new Map(outputFiles.map((file) => [file.path, file.contents]));
}
