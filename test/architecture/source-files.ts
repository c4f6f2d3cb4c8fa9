import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync, visitorKeys, type Node, type Program } from 'oxc-parser';
import { root } from '../../scripts/public-names.ts';

export interface Import {
  /** As written. */
  specifier: string;
  /** The file it names, relative to the repository; null for a package. */
  file: string | null;
  /** `import type` and `import('…')` in a type: gone at run time. */
  typeOnly: boolean;
  /** `import()`: loaded when it is reached. */
  dynamic: boolean;
}

export interface SourceFile {
  /** Relative to the repository, with `/`. */
  path: string;
  lines: number;
  program: Program;
  imports: Import[];
}

/** Every TypeScript file under `folder`, parsed. */
export function readSources(folder = 'src'): SourceFile[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => path.posix.join(folder, file.split(path.sep).join('/')))
    .filter((file) => /\.[cm]?[jt]sx?$/.test(file))
    .sort()
    .map((file) => parseSource(file, readFileSync(path.join(root, file), 'utf8')));
}

export function parseSource(file: string, text: string): SourceFile {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors.map((error) => error.message).join('; ')}`);
  const imports: Import[] = [];
  const add = (specifier: string, kind: { typeOnly?: boolean; dynamic?: boolean }): void => {
    const local = specifier.startsWith('.') ? path.posix.join(path.posix.dirname(file), specifier) : null;
    imports.push({ specifier, file: local, typeOnly: false, dynamic: false, ...kind });
  };
  walk(program, (node) => {
    if (node.type === 'ImportDeclaration') add(node.source.value, { typeOnly: node.importKind === 'type' });
    if (node.type === 'ExportAllDeclaration') add(node.source.value, { typeOnly: node.exportKind === 'type' });
    if (node.type === 'ExportNamedDeclaration' && node.source)
      add(node.source.value, { typeOnly: node.exportKind === 'type' });
    if (node.type === 'TSImportType') add(node.source.value, { typeOnly: true });
    if (node.type === 'ImportExpression') {
      const plain = node.source.type === 'Literal' && typeof node.source.value === 'string';
      add(plain ? String((node.source as { value: unknown }).value) : '(computed)', { dynamic: true });
    }
  });
  return { path: file, lines: text.replace(/\n$/, '').split('\n').length, program, imports };
}

/** Visits `node` and everything in it, each with its parent and the name it has there. A visit that answers false goes no deeper. */
export function walk(
  node: Node,
  visit: (node: Node, parent: Node | null, key: string) => boolean | void,
  parent: Node | null = null,
  key = '',
): void {
  if (visit(node, parent, key) === false) return;
  for (const child of visitorKeys[node.type] ?? []) {
    const value = (node as unknown as Record<string, Node | null | (Node | null)[]>)[child];
    for (const one of Array.isArray(value) ? value : [value]) if (one) walk(one, visit, node, child);
  }
}

/** Files that run once `entry` was imported, and the packages they name. With `onDemand`, what `import()` may load as well. */
export function reach(
  sources: SourceFile[],
  entry: string,
  { onDemand = true }: { onDemand?: boolean } = {},
): { files: string[]; packages: string[] } {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const files = new Set<string>();
  const packages = new Set<string>();
  const follow = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const one of byPath.get(file)?.imports ?? []) {
      if (one.typeOnly || (one.dynamic && !onDemand)) continue;
      if (one.file === null) packages.add(one.specifier);
      else follow(one.file);
    }
  };
  follow(entry);
  return { files: [...files], packages: [...packages] };
}
