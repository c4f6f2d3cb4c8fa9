import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { publicNames, root } from '../../scripts/public-names.ts';

const names = publicNames();
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  bin: Record<string, string>;
  exports: Record<string, unknown>;
};

test('every name in the exports map has a source file', () => {
  expect(names.filter(({ source }) => !existsSync(path.join(root, source))).map(({ source }) => source)).toEqual([]);
});

test('types and code of a name are built from the same file', () => {
  expect(names.map(({ types }) => types.replace(/\.d\.ts$/, '.js'))).toEqual(names.map(({ built }) => built));
});

test('every target lies in dist, and no name has a wildcard', () => {
  expect(names.filter(({ name, built }) => !built.startsWith('./dist/') || name.includes('*'))).toEqual([]);
  expect(Object.keys(manifest.exports).filter((key) => key.includes('*'))).toEqual([]);
});

test('every index file is a public name', () => {
  const sources = names.map(({ source }) => source);
  const folders = [
    'src',
    'src/protocol',
    'src/react',
    'src/server',
    'src/server/node',
    'src/testing',
    'src/client/vaults',
    'src/compat/oslo',
    'src/compat/oslo/session',
    'src/compat/oslo/cookie',
    'src/server/remote',
  ];
  const indexes = folders.map((folder) => `${folder}/index.ts`);
  expect(indexes.filter((file) => !sources.includes(file))).toEqual([]);
});

test('the command line has a source file', () => {
  const sources = Object.values(manifest.bin).map((file) => file.replace(/^dist\//, 'src/').replace(/\.js$/, '.ts'));
  expect(sources.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
});

test('tsconfig.json reads the same names from the same files', () => {
  const text = readFileSync(path.join(root, 'tsconfig.json'), 'utf8').replace(/^\s*\/\/.*$/gm, '');
  const { compilerOptions } = JSON.parse(text) as { compilerOptions: { paths: Record<string, string[]> } };
  expect(compilerOptions.paths).toEqual(Object.fromEntries(names.map(({ name, source }) => [name, [`./${source}`]])));
});
