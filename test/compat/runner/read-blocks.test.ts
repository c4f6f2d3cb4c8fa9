import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readBlocks } from '../../../scripts/seeds/read-blocks.ts';
import { recorded, type Call } from '../../../scripts/seeds/recorded.ts';
import { wrapBlock } from '../../../scripts/seeds/wrap-block.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sojourn-blocks-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function written(name: string, ...lines: string[]): string {
  writeFileSync(path.join(folder, name), lines.join('\n'));
  return name;
}

it('takes the TypeScript of a page, with the heading over it, and nothing in another language', () => {
  const page = written(
    '100-page.md',
    '# Page',
    '```bash',
    'npm i',
    '```',
    '## First',
    'Prose.',
    '```ts',
    'const a = 1;',
    '',
    'const b = 2;',
    '```',
    '### Second',
    '```typescript',
    'const c = 3;',
    '```',
  );
  expect(readBlocks(folder, page, [])).toEqual([
    { id: '100-1', document: page, heading: 'First', code: 'const a = 1;\n\nconst b = 2;' },
    { id: '100-2', document: page, heading: 'Second', code: 'const c = 3;' },
  ]);
});

it('finds the code in a text that has lost its layout, and not the prose behind it', () => {
  const page = written(
    '101-text.txt',
    'Some words',
    '{ "a": 1 }Usage',
    "import { A } from 'a'",
    'const one = new A()',
    'await one.go() // the last of itThen words go on',
    'over the next line.',
    '- a list',
  );
  expect(readBlocks(folder, page, [])[0]?.code.split('\n')).toEqual([
    "import { A } from 'a'",
    'const one = new A()',
    'await one.go() // the last of itThen words go on',
  ]);
});

it('takes the marks of a documentation tool away', () => {
  const page = written('102-marks.md', '```ts', '//$ Thing=ref:main', "import { $$Thing } from 'a';", '```');
  expect(readBlocks(folder, page, [])[0]?.code).toBe("import { Thing } from 'a';");
});

it('mends what a page says wrong, and refuses when the page does not say it any more', () => {
  const page = written('103-slips.md', '```ts', 'if (a) b();', '```');
  const slip = { block: '103-1', says: 'if (a)', means: 'if (!a)' };
  expect(readBlocks(folder, page, [slip])[0]?.code).toBe('if (!a) b();');
  expect(() => readBlocks(folder, page, [{ ...slip, says: 'while (a)' }])).toThrow(/103-1 should say/);
});

it('makes a function of a block: what is free comes in, what is made goes out', async () => {
  const code = [
    "import { double as twice } from 'numbers';",
    'export async function later(n: number) {',
    '  return twice(n);',
    '}',
    'const made = await later(start);',
  ].join('\n');
  const wrapped = wrapBlock({ id: '104-1', document: '', heading: '', code }, ['start'], ['made', 'later']);
  expect(wrapped.imports).toEqual(['numbers']);
  const file = path.join(folder, 'run.ts');
  writeFileSync(file, wrapped.code);
  const { default: run } = (await import(/* @vite-ignore */ file)) as {
    default: (modules: object, free: object) => Promise<{ made: number; later: (n: number) => Promise<number> }>;
  };
  const { made, later } = await run({ numbers: { double: (n: number) => 2 * n } }, { start: 21 });
  expect(made).toBe(42);
  expect(await later(2)).toBe(4);
});

it('notes the calls of objects and of what classes make, with what came of them', async () => {
  class Counter {
    #count = 0;
    add(n: number): number {
      return (this.#count += n);
    }
  }
  const calls: Call[] = [];
  const facade = Object.freeze({
    Counter,
    deep: { later: async (): Promise<string> => Promise.resolve('done') },
    fail: (): never => {
      throw new Error('no');
    },
  });
  const noted = recorded(facade, '', calls) as typeof facade;
  const counter = new noted.Counter();
  counter.add(1);
  expect(counter.add(2)).toBe(3);
  await noted.deep.later();
  expect(noted.fail).toThrow('no');
  expect(calls).toEqual([
    { name: 'Counter.add', args: [1], result: 1 },
    { name: 'Counter.add', args: [2], result: 3 },
    { name: 'deep.later', args: [], result: 'done' },
    { name: 'fail', args: [], error: new Error('no') },
  ]);
});
