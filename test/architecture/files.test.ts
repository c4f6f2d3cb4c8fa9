import path from 'node:path';
import { expect, test } from 'vitest';
import { importTimeProblems } from './import-time.ts';
import { parseSource, readSources } from './source-files.ts';

const sources = readSources();
const longest = 250;
const emptyNames = ['utils', 'util', 'helpers', 'helper', 'common', 'types', 'misc', 'shared'];
/** Programs: they do their work when they are started. */
const programs = ['src/server/node/cli.ts'];

const all = [...sources, ...readSources('scripts'), ...readSources('test')];

test(`no file is longer than ${longest} lines`, () => {
  expect(sources.filter((file) => file.lines > longest).map((file) => `${file.path}: ${file.lines} lines`)).toEqual([]);
});

test('names are kebab-case and say what is inside', () => {
  const bad = all
    .map((file) => file.path)
    .filter((file) => {
      const parts = file.split('/').slice(1);
      const name = path.posix.basename(file).replace(/(\.\w+)+$/, '');
      return emptyNames.includes(name) || !parts.every((part) => /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*$/.test(part));
    });
  expect(bad).toEqual([]);
});

test('a module keeps no state and does no work when it is imported', () => {
  const problems = sources.filter((file) => !programs.includes(file.path)).flatMap(importTimeProblems);
  expect(problems).toEqual([]);
});

test.each([
  ['export let current = null;'],
  ['var a = 1;'],
  ['const cache = new Map<string, string>();'],
  ['export const seen = new WeakSet();'],
  ['const answer = await load();'],
  ['const a = { b: await load() };'],
  ['start();'],
  ['if (typeof window === "object") start();'],
  ['for (const a of b) c(a);'],
])('refuses %s at the top level', (text) => {
  expect(importTimeProblems(parseSource('src/a.ts', text))).not.toEqual([]);
});

test.each([
  ['const names = new Set(["a", "b"]);'],
  ['export const run = async () => await load();'],
  ['export const text = z.string().check(z.minLength(1));'],
  ['declare let x: string;'],
  ['export function a() { let b = 1; b += 1; return new Map(); }'],
])('allows %s at the top level', (text) => {
  expect(importTimeProblems(parseSource('src/a.ts', text))).toEqual([]);
});
