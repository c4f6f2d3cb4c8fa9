import { posix } from 'node:path';
import { links, type Link } from '../readme/markdown.ts';
import type { TestTitle } from './test-titles.ts';

/** One row of a table that makes a claim: it has a column `Test`. */
export interface Claim {
  /** From 1. */
  line: number;
  /** By the names of the columns, as written. */
  cells: Readonly<Record<string, string>>;
}

/** What a row of a table of requirements may say of itself. */
const states = ['met', 'not met', 'app', 'n/a'];
const untested = 'not tested';

/** Every row of every table that has a column `Test`. */
export function claimsOf(text: string): Claim[] {
  const lines = text.split('\n');
  return lines.flatMap((line, at) => {
    if (!isRow(line) || !isRow(lines[at - 1] ?? '') || isRuler(line)) return [];
    let top = at;
    while (isRow(lines[top - 1] ?? '')) top -= 1;
    const columns = cellsOf(lines[top] ?? '');
    if (at < top + 2 || !columns.includes('Test')) return [];
    const cells = cellsOf(line);
    return [{ line: at + 1, cells: Object.fromEntries(columns.map((name, index) => [name, cells[index] ?? ''])) }];
  });
}

/** What is wrong with the claims of a page: tests that are not there, and claims that nothing holds. */
export function claimProblems(page: string, text: string, tests: readonly TestTitle[]): string[] {
  const known = new Set(tests.map(({ file, title }) => `${file} ${title}`));
  const wrongLinks = links(text).flatMap((link) => {
    const problem = problemOf(link, page, known);
    return problem === null ? [] : [`${page}:${link.line} ${problem}`];
  });
  const wrongClaims = claimsOf(text).flatMap((claim) => {
    const problem = problemOfClaim(claim);
    return problem === null ? [] : [`${page}:${claim.line} ${problem}`];
  });
  return [...wrongLinks, ...wrongClaims];
}

function problemOf({ target, title }: Link, page: string, known: ReadonlySet<string>): string | null {
  const file = posix.join(posix.dirname(page), target);
  if (!/^test\/.*\.tsx?$/.test(file)) return null;
  if (title === null) return `${file}: name the test in the title, [text](file "name of the test")`;
  return known.has(`${file} ${title}`) ? null : `${file} has no test "${title}"`;
}

function problemOfClaim({ cells }: Claim): string | null {
  const { State: state, Test: test = '' } = cells;
  if (state !== undefined && !states.includes(state)) return `'${state}' is no state; write ${states.join(', ')}`;
  const isHeld = links(test).length > 0;
  if (state === undefined) return isHeld || test === untested ? null : `name a test, or write '${untested}'`;
  if (state === 'met') return isHeld ? null : 'it is said to be met, and no test is named';
  return test === '' || isHeld ? null : 'the column of tests holds links, or nothing';
}

const isRow = (line: string): boolean => line.startsWith('|');
const isRuler = (line: string): boolean => /^[|\s:-]+$/.test(line);

function cellsOf(row: string): string[] {
  return row
    .trim()
    .replaceAll(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}
