import { playwright } from '@vitest/browser-playwright';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'vite';
import { defineConfig, type ViteUserConfigExport } from 'vitest/config';
import { chromiumArgs, findChromium } from './scripts/find-chromium.ts';
import { publicNames, root } from './scripts/public-names.ts';

/** The package's public names, answered from source: what package.json exports and nothing else. */
const alias = publicNames().map(({ name, source }) => ({
  find: new RegExp(`^${name}$`),
  replacement: path.join(root, source),
}));

const setupFiles = [path.join(root, 'test/support/no-noise.ts')];
const tests = 'test/**/*.test.{ts,tsx}';
const inDom = ['test/**/*.dom.test.{ts,tsx}', 'test/react/**/*.test.{ts,tsx}'];
const inChromium = ['test/**/*.chromium.test.{ts,tsx}'];
const ownProject = ['scenarios', 'browser', 'engines', 'architecture', 'package', 'readme', 'size'];
/** What needs a real Redis. */
const onRedis = [
  'test/server/stores/redis/**/*.test.ts',
  'test/compat/upstash/*.test.ts',
  'test/server/node/commands-on-redis.test.ts',
];

const node = { environment: 'node', setupFiles } as const;
/** Suites that start programs: one file at a time, and time to do it. */
const slow = { ...node, fileParallelism: false, testTimeout: 120_000, hookTimeout: 120_000 } as const;

/** msw's service worker, at the address where msw looks for it: where an app has its copy. */
const mswWorker: Plugin = {
  name: 'msw-worker',
  configureServer(server) {
    const worker = path.join(root, 'node_modules/msw/lib/mockServiceWorker.js');
    server.middlewares.use('/mockServiceWorker.js', (_, response) => {
      response.setHeader('Content-Type', 'text/javascript');
      createReadStream(worker).pipe(response);
    });
  },
};

const config: ViteUserConfigExport = defineConfig(() => ({
  // vite serves the playground; vitest looks at the whole repository.
  root: process.env['VITEST'] ? root : path.join(root, 'playground'),
  resolve: { alias },
  server: { host: 'localhost', port: 5173, strictPort: true },
  // Found late otherwise, in parts that are loaded on demand: vite would reload the page under its visitor.
  optimizeDeps: {
    include: [
      'broadcast-channel',
      'dpop',
      'eventsource-parser',
      'idb-keyval',
      'react',
      'react-dom/client',
      'react/jsx-dev-runtime',
      'zod/mini',
    ],
  },
  test: {
    retry: 0,
    allowOnly: !process.env['CI'],
    passWithNoTests: false,
    dangerouslyIgnoreUnhandledErrors: false,
    maxWorkers: 2,
    projects: [
      {
        extends: true as const,
        test: {
          ...node,
          name: 'unit',
          include: [tests],
          exclude: [...inDom, ...inChromium, ...onRedis, ...ownProject.map((folder) => `test/${folder}/**`)],
        },
      },
      {
        extends: true as const,
        test: {
          name: 'dom',
          include: inDom,
          environment: 'happy-dom',
          environmentOptions: { happyDOM: { url: 'http://localhost:3000/' } },
          setupFiles: ['fake-indexeddb/auto', ...setupFiles],
        },
      },
      {
        extends: true as const,
        test: { ...node, name: 'redis', include: onRedis, testTimeout: 60_000, hookTimeout: 120_000 },
      },
      {
        extends: true as const,
        test: { ...node, name: 'scenarios', include: ['test/scenarios/**/*.test.ts'], testTimeout: 30_000 },
      },
      {
        extends: true as const,
        plugins: [mswWorker],
        test: {
          name: 'chromium',
          include: inChromium,
          setupFiles,
          testTimeout: 30_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: { args: chromiumArgs, ...executable() } }),
            instances: [{ browser: 'chromium' as const }],
          },
        },
      },
      ...['architecture', 'size'].map((name) => ({
        extends: true as const,
        test: { ...node, name, include: [`test/${name}/**/*.test.ts`], testTimeout: 30_000 },
      })),
      ...['browser', 'engines', 'package', 'readme'].map((name) => ({
        extends: true as const,
        test: { ...slow, name, include: [`test/${name}/**/*.test.ts`] },
      })),
    ],
  },
}));

export default config;

/** Without one, the browser suites say so themselves when they start. */
function executable(): { executablePath?: string } {
  const executablePath = findChromium();
  return executablePath === null ? {} : { executablePath };
}
