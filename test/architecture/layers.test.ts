import { describe, expect, test } from 'vitest';
import { homes, layerOf, layerProblems, layers, matches } from './layers.ts';
import { parseSource, reach, readSources } from './source-files.ts';

const sources = readSources();

describe('imports', () => {
  test('follow the table of layers', () => {
    expect(sources.flatMap(layerProblems)).toEqual([]);
  });

  test('name files that exist', () => {
    const files = new Set(sources.map((source) => source.path));
    const missing = sources.flatMap((source) =>
      source.imports.filter((one) => one.file !== null && !files.has(one.file)).map((one) => [source.path, one.file]),
    );
    expect(missing).toEqual([]);
  });

  test('name a browser feature package in one file', () => {
    const spread = homes
      .filter((home) => home.oneFile)
      .map((home) => ({
        package: home.package,
        files: sources.filter((s) => s.imports.some((one) => matches(one.specifier, home.package))).map((s) => s.path),
      }))
      .filter((found) => found.files.length > 1);
    expect(spread).toEqual([]);
  });

  test('make no cycle, types included', () => {
    expect(findCycles()).toEqual([]);
  });
});

describe('what an entry reaches at run time', () => {
  test('"." reaches neither ky nor server, testing, react or Node', () => {
    const { files, packages } = reach(sources, 'src/index.ts');
    expect(files.length).toBeGreaterThan(20);
    expect(packages.filter((name) => /^(ky|hono|jose|react|msw|zod$|node:)/.test(name))).toEqual([]);
    expect(files.filter((file) => /^src\/(server|testing|react)\/|\/ky\.ts$/.test(file))).toEqual([]);
  });

  test('"." loads broadcast-channel on demand only', () => {
    expect(reach(sources, 'src/index.ts').packages).toContain('broadcast-channel');
    expect(reach(sources, 'src/index.ts', { onDemand: false }).packages).not.toContain('broadcast-channel');
  });

  test('"./server/verify" reaches jose and the schemas, no engine, store or HTTP', () => {
    const { files, packages } = reach(sources, 'src/server/verify.ts');
    expect(packages.filter((name) => name !== 'jose' && name !== 'zod/mini')).toEqual([]);
    const layersReached = new Set(files.map((file) => layerOf(file)?.name));
    expect(['server/engine', 'server/http', 'server/stores'].filter((name) => layersReached.has(name))).toEqual([]);
  });

  test('"./server" and its memory store run without Node', () => {
    for (const entry of ['src/server/index.ts', 'src/server/stores/memory.ts'])
      expect(reach(sources, entry).packages.filter((name) => name.startsWith('node:'))).toEqual([]);
  });
});

describe('the check itself', () => {
  test.each([
    [
      'src/client/core/a.ts',
      "import type { X } from '../platform/x.ts';",
      'client/core may not import client/platform',
    ],
    ['src/client/core/a.ts', "import * as z from 'zod/mini';", 'client/core may not import this package'],
    ['src/client/core/a.ts', "type X = import('../../server/engine/x.ts').X;", 'may not import server/engine'],
    ['src/client/http/fetch.ts', "import ky from 'ky';", 'only ^src'],
    ['src/server/engine/a.ts', "export * from '../stores/memory.ts';", 'server/engine may not import server/stores'],
    ['src/server/stores/redis.ts', "import { DatabaseSync } from 'node:sqlite';", 'only ^src'],
    ['src/server/http/a.ts', "const jose = await import('jose');", 'server/http may not import this package'],
    ['src/react/index.ts', "import { x } from '../client/core/x.ts';", 'react may not import client/core'],
    ['src/index.ts', "import { x } from './testing/x.ts';", 'index may not import testing'],
    ['src/protocol/a.ts', "import { z } from 'zod';", 'protocol may not import this package'],
    ['src/client/core/a.ts', 'const x = await import(name);', 'client/core may not import this package'],
    ['src/elsewhere/a.ts', '', 'belongs to no layer'],
  ])('refuses in %s: %s', (file, text, problem) => {
    expect(layerProblems(parseSource(file, text)).join()).toContain(problem);
  });

  test('knows every layer by a file of it', () => {
    const empty = layers.filter((layer) => !sources.some((source) => layerOf(source.path) === layer));
    expect(empty.map((layer) => layer.name)).toEqual([]);
  });
});

function findCycles(): string[] {
  const edges = new Map(sources.map((s) => [s.path, s.imports.flatMap((one) => one.file ?? [])]));
  const state = new Map<string, 'open' | 'done'>();
  const cycles: string[] = [];
  const visit = (file: string, trail: string[]): void => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      cycles.push([...trail.slice(trail.indexOf(file)), file].join(' -> '));
      return;
    }
    state.set(file, 'open');
    for (const next of edges.get(file) ?? []) visit(next, [...trail, file]);
    state.set(file, 'done');
  };
  for (const file of edges.keys()) visit(file, []);
  return cycles;
}
