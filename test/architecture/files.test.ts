import path from 'node:path';
import { expect, test } from 'vitest';
import { readSources, walk, type SourceFile } from './source-files.ts';

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

/** Variables that can change, empty collections waiting to be filled, statements that act, at the top level of a module. */
function importTimeProblems({ path: file, program }: SourceFile): string[] {
  return program.body.flatMap((statement) => {
    const inner = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (!inner) return [];
    if (inner.type === 'VariableDeclaration') {
      if (inner.declare) return [];
      if (inner.kind !== 'const') return [`${file}: module-level ${inner.kind}`];
      return inner.declarations.flatMap(({ init }) => {
        if (!init) return [];
        const found: string[] = [];
        walk(init, (node) => {
          if (node.type === 'AwaitExpression') found.push(`${file}: top-level await`);
        });
        const collection =
          init.type === 'NewExpression' &&
          init.callee.type === 'Identifier' &&
          /^(Weak)?(Map|Set)$/.test(init.callee.name);
        if (collection && init.arguments.length === 0) found.push(`${file}: module-level empty ${init.callee.name}`);
        return found;
      });
    }
    const acts = ['ExpressionStatement', 'IfStatement', 'TryStatement', 'BlockStatement', 'ThrowStatement'];
    if (acts.includes(inner.type) || /^(For|While|DoWhile|Switch)/.test(inner.type))
      return 'directive' in inner && inner.directive ? [] : [`${file}: a statement that runs at import time`];
    return [];
  });
}
