import { printable } from '../printable.ts';

/** What a command has to say: for people, and for programs (`--json`). */
export interface Shown {
  text: string;
  json: unknown;
}

/** Rows under a heading, in columns; for nobody's rows what there is none of. */
export function table(heading: readonly string[], rows: ReadonlyArray<readonly string[]>, none: string): string {
  if (rows.length === 0) return `${none}\n`;
  const cells = [heading, ...rows].map((row) => row.map(printable));
  const widths = heading.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

/** Names and what they stand for, a line each. */
export function list(facts: ReadonlyArray<readonly [name: string, fact: string]>): string {
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts.map(([name, fact]) => `${name.padEnd(width)}  ${printable(fact)}\n`).join('');
}

/** A moment for people: `2026-01-05 12:00:00`, in UTC. */
export function moment(at: string | null): string {
  return at === null ? 'never' : at.slice(0, 19).replace('T', ' ');
}
