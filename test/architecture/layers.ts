import type { Import, SourceFile } from './source-files.ts';

interface Layer {
  name: string;
  /** Files that belong to it. The first layer that matches wins. */
  files: RegExp;
  /** Layers whose files it may import, its own aside. Types count too. */
  layers: string[];
  /** Packages it may import. */
  packages: (string | RegExp)[];
}

const node = /^node:/;
const hono = /^hono(\/|$)/;
const server = [
  'server/engine',
  'server/stores',
  'server/tokens',
  'server/operations',
  'server/http',
  'server/remote',
  'server/index',
  'server/verify',
];
const client = ['client/core', 'client/platform', 'client/vaults', 'client/transports', 'client/http'];

/** Who may import whom. */
export const layers: Layer[] = [
  { name: 'protocol', files: /^src\/protocol\//, layers: [], packages: ['zod/mini'] },
  { name: 'client/core', files: /^src\/client\/core\//, layers: ['protocol'], packages: [] },
  adapter('client/platform', ['broadcast-channel', 'dpop']),
  adapter('client/vaults', ['idb-keyval', node]),
  adapter('client/transports', []),
  adapter('client/http', ['eventsource-parser', 'ky']),
  { name: 'index', files: /^src\/[\w-]+\.ts$/, layers: [...client, 'protocol'], packages: [] },
  { name: 'react', files: /^src\/react\//, layers: ['index'], packages: ['react'] },
  { name: 'server/engine', files: /^src\/server\/engine\//, layers: ['protocol'], packages: ['zod/mini'] },
  {
    name: 'server/stores',
    files: /^src\/server\/stores\//,
    layers: ['server/engine', 'protocol'],
    packages: [node],
  },
  { name: 'server/tokens', files: /^src\/server\/tokens\//, layers: ['server/engine', 'protocol'], packages: ['jose'] },
  {
    name: 'server/operations',
    files: /^src\/server\/operations\//,
    layers: ['server/engine', 'protocol'],
    packages: ['zod/mini'],
  },
  {
    name: 'server/remote',
    files: /^src\/server\/remote\//,
    layers: ['server/engine', 'server/operations', 'protocol'],
    packages: ['ky', /^eventsource-parser(\/|$)/],
  },
  {
    name: 'server/http',
    files: /^src\/server\/http\//,
    layers: ['server/engine', 'server/tokens', 'server/operations', 'protocol'],
    packages: [hono, 'zod/mini'],
  },
  {
    name: 'server/node',
    files: /^src\/server\/node\//,
    layers: [...server, 'protocol'],
    packages: [node, /^@hono\/node-server(\/|$)/, hono, 'redis'],
  },
  {
    name: 'server/verify',
    files: /^src\/server\/verify\.ts$/,
    layers: ['server/tokens', 'protocol'],
    packages: ['jose'],
  },
  {
    name: 'server/index',
    files: /^src\/server\/[\w-]+\.ts$/,
    layers: ['server/engine', 'server/tokens', 'server/operations', 'server/http', 'protocol'],
    packages: [],
  },
  {
    name: 'compat',
    files: /^src\/compat\//,
    layers: ['protocol', ...server],
    packages: [],
  },
  {
    name: 'testing',
    files: /^src\/testing\//,
    layers: ['protocol', ...client, 'index', 'react', ...server, 'server/node'],
    packages: [/^msw(\/|$)/],
  },
];

function adapter(name: string, packages: (string | RegExp)[]): Layer {
  return { name, files: new RegExp(`^src/${name}/`), layers: ['client/core', 'protocol'], packages };
}

/** Packages that may be named in these files only, whatever their layer may import. */
export const homes: { package: string | RegExp; files: RegExp; oneFile?: true }[] = [
  { package: 'broadcast-channel', files: /^src\/client\/platform\//, oneFile: true },
  { package: 'dpop', files: /^src\/client\/platform\//, oneFile: true },
  { package: /^eventsource-parser(\/|$)/, files: /^src\/(client\/http|server\/remote)\// },
  { package: 'idb-keyval', files: /^src\/client\/vaults\//, oneFile: true },
  { package: 'ky', files: /^src\/(client\/http\/ky\.ts$|server\/remote\/)/ },
  { package: /^msw(\/|$)/, files: /^src\/testing\/msw\.ts$/, oneFile: true },
  { package: 'redis', files: /^src\/server\/node\//, oneFile: true },
  { package: 'node:sqlite', files: /^src\/server\/stores\/sqlite(\.ts$|\/)/ },
  { package: /^node:(?!sqlite$)/, files: /^src\/(server\/node\/|client\/vaults\/file(-[\w-]+)?\.ts$)/ },
];

export function layerOf(file: string): Layer | undefined {
  return layers.find((layer) => layer.files.test(file));
}

/** What is wrong with the imports of a file; nothing, when all is well. */
export function layerProblems({ path, imports }: SourceFile): string[] {
  const layer = layerOf(path);
  if (!layer) return [`${path} belongs to no layer; put it into one, or add a row to test/architecture/layers.ts.`];
  return imports.flatMap((one) => {
    const problem = one.file === null ? packageProblem(layer, path, one) : fileProblem(layer, one.file);
    return problem === null ? [] : [`${path} imports ${one.specifier}: ${problem}`];
  });
}

function fileProblem(from: Layer, file: string): string | null {
  const to = layerOf(file);
  if (!file.endsWith('.ts') && !file.endsWith('.tsx')) return 'write the file name with its ending.';
  if (to === undefined) return 'that is in no layer.';
  if (to === from || from.layers.includes(to.name)) return null;
  return `${from.name} may not import ${to.name}.`;
}

function packageProblem(layer: Layer, file: string, one: Import): string | null {
  if (!layer.packages.some((allowed) => matches(one.specifier, allowed)))
    return `${layer.name} may not import this package.`;
  const home = homes.find((rule) => matches(one.specifier, rule.package));
  if (home && !home.files.test(file)) return `only ${home.files.source} may import it.`;
  return null;
}

/** Whether an import names a package of a rule. */
export function matches(specifier: string, allowed: string | RegExp): boolean {
  return typeof allowed === 'string' ? specifier === allowed : allowed.test(specifier);
}
