import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publicNames } from '../../scripts/public-names.ts';
import { readSources } from '../architecture/source-files.ts';
import { guides } from '../readme/pages.ts';
import { consumerProgram } from './consumer-program.ts';
import { createPackedProject, runInProject, type PackedProject } from './packed-project.ts';
import { startSessionServer, type StartedServer } from '../support/start-session-server.ts';

const names = publicNames();
let project: PackedProject;
/** Global names that dependencies leave (zod's registry, msw's interceptors) and that Node makes when `fetch` is first looked at. */
const knownGlobals =
  /^(__zod_global(Config|Registry)|__MSW_INTERCEPTORS_REGISTRY|Symbol\(undici\.globalDispatcher\.\d\))$/;

beforeAll(() => {
  project = createPackedProject();
});
afterAll(() => project?.remove());

test('holds the built files, the notes about them, and nothing else', () => {
  const built = readSources().flatMap(({ path: file }) => {
    const base = file.replace(/^src\//, 'dist/').replace(/\.tsx?$/, '');
    return [`${base}.js`, `${base}.js.map`, `${base}.d.ts`];
  });
  const notes = ['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', ...guides];
  expect(project.files).toEqual([...built, ...notes, 'package.json'].sort());
});

test('satisfies publint', async () => {
  const tarball = readFileSync(project.tarball);
  const { messages, pkg } = await publint({ pack: { tarball: new Uint8Array(tarball).buffer }, strict: true });
  expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
});

test('satisfies attw, as a package of ES modules only', () => {
  const { status, stdout, stderr } = spawnSync(
    'attw',
    ['--profile', 'esm-only', '--format', 'ascii', '--no-emoji', '--no-color', project.tarball],
    { cwd: project.folder, encoding: 'utf8' },
  );
  expect({ status, report: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, report: '' });
});

test('has no script that an installation would run, or warn of', () => {
  const manifest = path.join(project.folder, 'node_modules/sojourn/package.json');
  const { scripts } = JSON.parse(readFileSync(manifest, 'utf8')) as { scripts: Record<string, string> };
  expect(Object.keys(scripts).filter((name) => /^(pre|post)?install$|^prepare$/.test(name))).toEqual([]);
});

describe('types of every name', () => {
  test.each([
    ['nodenext', { module: 'nodenext' }],
    ['bundler', { module: 'esnext', moduleResolution: 'bundler' }],
  ])('compile under %s resolution, declarations checked too', (resolution, options) => {
    const file = `program-${resolution}.ts`;
    writeFileSync(path.join(project.folder, file), consumerProgram);
    writeFileSync(
      path.join(project.folder, `tsconfig.${resolution}.json`),
      JSON.stringify({
        compilerOptions: {
          ...options,
          target: 'es2023',
          lib: ['es2023', 'dom', 'dom.iterable'],
          types: ['node'],
          strict: true,
          exactOptionalPropertyTypes: true,
          skipLibCheck: false,
          noEmit: true,
        },
        files: [file],
      }),
    );
    const { stdout } = spawnSync('tsc', ['-p', `tsconfig.${resolution}.json`], {
      cwd: project.folder,
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
  });

  test('compile in a program for Node, which has none of the DOM', () => {
    const inNode = names.filter(({ name }) => !name.startsWith('sojourn/react'));
    const imports = inNode.map(({ name }, at) => `import * as name${at} from '${name}';`);
    writeFileSync(
      path.join(project.folder, 'in-node.ts'),
      `${imports.join('\n')}\n${inNode.map((_, at) => `void name${at};`).join('\n')}`,
    );
    writeFileSync(
      path.join(project.folder, 'tsconfig.in-node.json'),
      JSON.stringify({
        compilerOptions: {
          module: 'nodenext',
          target: 'es2024',
          lib: ['es2024'],
          types: ['node'],
          strict: true,
          skipLibCheck: false,
          noEmit: true,
        },
        files: ['in-node.ts'],
      }),
    );
    const { stdout } = spawnSync('tsc', ['-p', 'tsconfig.in-node.json'], { cwd: project.folder, encoding: 'utf8' });
    expect(stdout.split('\n').filter((line) => /node_modules\/sojourn\/|^in-node/.test(line))).toEqual([]);
  });

  test('are used by the program, each of them', () => {
    expect(names.filter(({ name }) => !consumerProgram.includes(`'${name}'`)).map(({ name }) => name)).toEqual([]);
  });
});

describe('importing in Node', () => {
  test.each(names.map(({ name }) => name))(
    '%s prints nothing, leaves no global, and lets the process end',
    async (name) => {
      const ran = await runInProject(
        project.folder,
        `const before = new Set(Reflect.ownKeys(globalThis));
       const module = await import('${name}');
       if (Object.keys(module).length === 0) console.log('exports nothing');
       const added = Reflect.ownKeys(globalThis).filter((key) => !before.has(key) && !${knownGlobals}.test(String(key)));
       if (added.length > 0) console.log('new globals:', added);`,
      );
      expect(ran).toEqual({ code: 0, output: '' });
    },
  );

  test.each(['sojourn/client/core', 'sojourn/dist/index.js', 'sojourn/server/engine'])(
    '%s is not a name of the package',
    async (name) => {
      const { output } = await runInProject(project.folder, `await import('${name}');`);
      expect(output).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
    },
  );
});

describe('a live session in Node', () => {
  let server: StartedServer;
  beforeAll(async () => {
    server = await startSessionServer(path.join(project.folder, 'node_modules/.bin/sojourn'));
  });
  afterAll(() => server?.stop());

  test('L1: does not keep the process alive', async () => {
    const ran = await runInProject(
      project.folder,
      `import { createSessionManager } from 'sojourn';
       const manager = createSessionManager({ url: '${server.url}' });
       const { status } = await manager.signIn(${JSON.stringify(server.credentials)});
       console.log(status);`,
    );
    expect(ran).toEqual({ code: 0, output: 'authenticated\n' });
  });
});
