import path from 'node:path';
import type { TestTitle } from './test-titles.ts';

/** One line of a checklist. Tests name it by its id and a colon (`A6: a refresh in flight …`), or `anywhere`. */
export interface ChecklistRow {
  id: string;
  /** What it is about, in a few words. */
  about: string;
  /** Why no test holds it yet. A row with a test has no such reason. */
  waits?: string;
}

/** Rows that belong together. */
export interface ChecklistGroup {
  title: string;
  rows: readonly ChecklistRow[];
}

/** A page that says, row by row, which tests hold it. */
export interface Checklist {
  /** Where the page is, relative to the repository. */
  page: string;
  heading: string;
  /** Markdown before the first table. */
  introduction: string;
  /** Names of the columns. */
  columns: readonly [id: string, about: string, tests: string];
  /** What an id looks like. */
  id: RegExp;
  /** Whether a title may name several ids, anywhere: `renews in the second half (S41, S68)`. Default: one, before a colon. */
  anywhere?: boolean;
  /** Folders whose tests may hold a row. */
  folders: readonly string[];
  groups: readonly ChecklistGroup[];
}

/** The text of the page. */
export function checklistPage(list: Checklist, tests: readonly TestTitle[]): string {
  const held = testsById(list, tests);
  const tables = list.groups.map(({ title, rows }) => {
    const lines = rows.map(({ id, about, waits }) => {
      const links = (held.get(id) ?? []).map((test) => link(list.page, id, test));
      return tableLine([id, about, waits === undefined ? links.join('<br>') : `_waits:_ ${waits}`]);
    });
    return [`## ${title}`, '', tableLine(list.columns), tableLine(['--', '--', '--']), ...lines].join('\n');
  });
  return [`# ${list.heading}`, list.introduction, ...tables].join('\n\n') + '\n';
}

/** What is wrong: rows that nothing holds, tests that name no row or several, reasons that are none any more. */
export function checklistProblems(list: Checklist, tests: readonly TestTitle[]): string[] {
  const rows = list.groups.flatMap((group) => group.rows);
  const ids = rows.map(({ id }) => id);
  const held = testsById(list, tests);
  const problems = ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `${id} is there twice.`);
  for (const { id, waits } of rows) {
    const count = held.get(id)?.length ?? 0;
    if (count === 0 && waits === undefined) problems.push(`${id}: no test holds it, and no reason says why.`);
    if (count > 0 && waits !== undefined) problems.push(`${id}: it is said to wait, and has a test.`);
  }
  for (const { file, title } of tests) {
    const named = list.anywhere ? idsIn(list, title) : namedIds(list, title);
    const unknown = named.filter((id) => !ids.includes(id));
    if (list.anywhere) problems.push(...unknown.map((id) => `${file}: "${title}" names ${id}, which is no row.`));
    else if (named.length > 1 || (named.length === 1 && idOf(list, title) === null))
      problems.push(`${file}: "${title}" must begin with one id and a colon.`);
    else if (unknown.length > 0) problems.push(`${file}: "${title}" names ${unknown.join()}, which is no row.`);
  }
  return problems;
}

function testsById(list: Checklist, tests: readonly TestTitle[]): Map<string, TestTitle[]> {
  const held = new Map<string, TestTitle[]>();
  for (const test of tests) {
    const id = idOf(list, test.title);
    for (const named of list.anywhere ? idsIn(list, test.title) : id === null ? [] : [id])
      held.set(named, [...(held.get(named) ?? []), test]);
  }
  return held;
}

/** The id that a title begins with, as it should. */
function idOf(list: Checklist, title: string): string | null {
  const colon = title.indexOf(': ');
  const id = title.slice(0, Math.max(colon, 0));
  return isId(list, id) ? id : null;
}

/** Every id in a title, each once. */
function idsIn(list: Checklist, title: string): string[] {
  return [...new Set(title.match(new RegExp(`\\b(?:${list.id.source})\\b`, 'g')))];
}

/** Every id before the first colon of a title, well written or not. */
function namedIds(list: Checklist, title: string): string[] {
  const [before = '', ...after] = title.split(':');
  if (after.length === 0) return [];
  const words = before.split(/[\s,]+/);
  return words.every((word) => isId(list, word) || /^\d+$/.test(word)) ? words.filter((word) => isId(list, word)) : [];
}

function isId(list: Checklist, text: string): boolean {
  return new RegExp(`^(?:${list.id.source})$`).test(text);
}

function link(page: string, id: string, { file, title }: TestTitle): string {
  const name = title.replace(new RegExp(`^${id}: `), '').replace(/[[\]|<>*_`\\]/g, '\\$&');
  return `[${name}](${path.posix.relative(path.posix.dirname(page), file)})`;
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
