import type { Node } from 'oxc-parser';
import { walk, type SourceFile } from './source-files.ts';

/** Layers that get time, randomness and the world handed in. */
export const pure: RegExp = /^src\/(client\/core|server\/engine|protocol)\//;

const forbidden = new Set([
  'clearInterval',
  'clearTimeout',
  'crypto',
  'document',
  'fetch',
  'global',
  'globalThis',
  'indexedDB',
  'localStorage',
  'location',
  'navigator',
  'performance',
  'process',
  'queueMicrotask',
  'require',
  'self',
  'sessionStorage',
  'setImmediate',
  'setInterval',
  'setTimeout',
  'window',
]);

/** Uses of the world in a file: a bare clock, timer, random number or global. */
export function purityProblems({ path, program }: SourceFile): string[] {
  const own = declaredNames(program);
  const problems: string[] = [];
  walk(program, (node, parent, key) => {
    if (node.type === 'Identifier' && forbidden.has(node.name) && isReference(parent, key) && !own.has(node.name))
      problems.push(`${path} uses ${node.name}`);
    if (node.type === 'MemberExpression' && node.object.type === 'Identifier') {
      const name = `${node.object.name}.${propertyName(node)}`;
      if (name === 'Date.now' || name === 'Math.random') problems.push(`${path} uses ${name}`);
    }
    const bareDate =
      (node.type === 'NewExpression' || node.type === 'CallExpression') &&
      node.callee.type === 'Identifier' &&
      node.callee.name === 'Date' &&
      (node.arguments.length === 0 || node.type === 'CallExpression');
    if (bareDate) problems.push(`${path} uses new Date() for the time`);
    // Date handed on, destructured or renamed would slip past the rules above.
    if (node.type === 'Identifier' && node.name === 'Date' && isReference(parent, key) && escapes(parent))
      problems.push(`${path} hands Date on`);
  });
  return problems;
}

function propertyName(node: Extract<Node, { type: 'MemberExpression' }>): string {
  if (node.property.type === 'Identifier' && !node.computed) return node.property.name;
  return node.property.type === 'Literal' ? String(node.property.value) : '?';
}

function escapes(parent: Node | null): boolean {
  const fine = ['MemberExpression', 'NewExpression', 'CallExpression', 'BinaryExpression', 'TSTypeReference'];
  return parent !== null && !fine.includes(parent.type);
}

/** Whether a name in this place is a use of a variable, and not the name of a member or an import. */
function isReference(parent: Node | null, key: string): boolean {
  if (parent === null) return false;
  if (parent.type === 'MemberExpression') return key === 'object' || parent.computed;
  if (parent.type === 'TSQualifiedName') return key === 'left';
  if (['Property', 'PropertyDefinition', 'MethodDefinition', 'AccessorProperty'].includes(parent.type))
    return key === 'value' || ('computed' in parent && parent.computed === true);
  if (/^(Import|Export)\w*Specifier$/.test(parent.type)) return key === 'local' && parent.type === 'ExportSpecifier';
  return !/^(TSPropertySignature|TSMethodSignature|LabeledStatement|BreakStatement|ContinueStatement)$/.test(
    parent.type,
  );
}

/** Names that the file declares itself anywhere: variables, parameters, functions, imports. */
function declaredNames(program: Node): Set<string> {
  const names = new Set<string>();
  const bind = (pattern: Node | null | undefined): void => {
    if (!pattern) return;
    if (pattern.type === 'Identifier') names.add(pattern.name);
    else if (pattern.type === 'ObjectPattern')
      for (const one of pattern.properties) bind(one.type === 'Property' ? one.value : one.argument);
    else if (pattern.type === 'ArrayPattern') for (const one of pattern.elements) bind(one);
    else if (pattern.type === 'AssignmentPattern') bind(pattern.left);
    else if (pattern.type === 'RestElement') bind(pattern.argument);
  };
  walk(program, (node) => {
    if (node.type === 'VariableDeclarator') bind(node.id);
    if ('params' in node && Array.isArray(node.params)) for (const param of node.params as Node[]) bind(param);
    if (/^(FunctionDeclaration|ClassDeclaration)$/.test(node.type) && 'id' in node) bind(node.id as Node);
    if (/^Import\w*Specifier$/.test(node.type) && 'local' in node) bind(node.local as Node);
  });
  return names;
}
