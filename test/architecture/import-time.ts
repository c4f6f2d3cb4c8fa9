import type { Node } from 'oxc-parser';
import { walk, type SourceFile } from './source-files.ts';

const acting = /^(Expression|If|Try|Block|Throw|Switch|While|DoWhile|For|ForIn|ForOf|Labeled)Statement$/;

/**
 * State and work at the top level of a module: variables that can change, empty collections waiting to be filled,
 * statements that act, anything awaited.
 */
export function importTimeProblems({ path, program }: SourceFile): string[] {
  return program.body.flatMap((statement): string[] => {
    const inner = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (!inner) return [];
    if (acting.test(inner.type)) return [`${path}: a statement that runs at import time`];
    if (inner.type !== 'VariableDeclaration' || inner.declare) return [];
    if (inner.kind !== 'const') return [`${path}: module-level ${inner.kind}`];
    return inner.declarations.flatMap(({ init }) => (init ? initialiserProblems(path, init) : []));
  });
}

function initialiserProblems(path: string, init: Node): string[] {
  const problems: string[] = [];
  walk(init, (node) => {
    if (/Function/.test(node.type)) return false;
    if (node.type === 'AwaitExpression') problems.push(`${path}: top-level await`);
    if (node.type === 'NewExpression' && node.callee.type === 'Identifier' && node.arguments.length === 0)
      if (/^(Weak)?(Map|Set)$/.test(node.callee.name)) problems.push(`${path}: module-level empty ${node.callee.name}`);
    return true;
  });
  return problems;
}
