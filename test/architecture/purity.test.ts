import { expect, test } from 'vitest';
import { pure, purityProblems } from './purity.ts';
import { parseSource, readSources } from './source-files.ts';

test('core, engine and protocol touch neither a clock, nor a timer, nor a global of a runtime (S46)', () => {
  const files = readSources().filter((file) => pure.test(file.path));
  expect(files.length).toBeGreaterThan(20);
  expect(files.flatMap(purityProblems)).toEqual([]);
});

test.each([
  ['Date.now();'],
  ["Date['now']();"],
  ['const now = Date.now;'],
  ['new Date();'],
  ['Date();'],
  ['const { now } = Date;'],
  ['const D = Date;'],
  ['use(Date);'.replace('use(Date)', 'const a = [Date]')],
  ['setTimeout(run, 1);'],
  ['globalThis.fetch;'],
  ['const go = fetch;'],
  ['export const now = () => performance.now();'],
  ['const id = crypto.randomUUID();'],
  ['const a = { fetch };'],
  ['Math.random();'],
])('refuses %s', (text) => {
  expect(purityProblems(parseSource('src/client/core/a.ts', text))).not.toEqual([]);
});

test.each([
  ['new Date(at).toISOString();'],
  ['Date.parse(text);'],
  ['clock.setTimeout(run);'],
  ['export interface Port { fetch(): void; now: Date }'],
  ['const run = (fetch: () => void) => fetch();'],
  ["const a = { process: 1, 'self': 2 };"],
])('allows %s', (text) => {
  expect(purityProblems(parseSource('src/client/core/a.ts', text))).toEqual([]);
});
