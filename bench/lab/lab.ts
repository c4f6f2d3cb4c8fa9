// A loopback origin that serves the bench's pages and a tiny session server, and a Chromium to open them in.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { chromiumArgs } from '../../scripts/find-chromium.ts';
import { provisionChromium } from '../../scripts/provision-chromium.ts';
import { bundle } from './bundle.ts';
import { tinySessions, type TinyOptions, type TinySessions } from './tiny-sessions.ts';

/** Where pages are measured. */
export interface Lab {
  context: BrowserContext;
  server: TinySessions;
  /** Version of the browser. */
  browser: string;
  /** The address of a page script, with a query. */
  url(script: string, query?: string): string;
  /** Opens a tab on it and waits until it is ready to be measured. */
  open(script: string, query?: string): Promise<Page>;
  close(): Promise<void>;
}

const scripts = ['token', 'ready', 'signout', 'wake', 'idle'];

/** Opens a {@link Lab}: a browser with a profile of its own on disk, as people have it. */
export async function openLab(options: TinyOptions): Promise<Lab> {
  const found = await provisionChromium();
  if (found.path === null) throw new Error(found.line);
  const files = await bundle(scripts);
  const server = tinySessions(options);
  const http = createServer((request, response) => {
    answer(request, response, { files, server }).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const profile = mkdtempSync(path.join(tmpdir(), 'sojourn-bench-'));
  const context = await chromium.launchPersistentContext(profile, { executablePath: found.path, args: chromiumArgs });
  const url = (script: string, query = ''): string => `http://localhost:${port}/${script}${query && `?${query}`}`;

  return {
    context,
    server,
    browser: context.browser()?.version() ?? /[\d.]+/.exec(found.line)?.[0] ?? 'unknown',
    url,
    async open(script, query) {
      const page = await context.newPage();
      await page.goto(url(script, query));
      await page.waitForFunction(() => document.title === 'ready');
      return page;
    },
    async close() {
      await context.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

interface Site {
  files: Map<string, Uint8Array>;
  server: TinySessions;
}

async function answer(request: IncomingMessage, response: ServerResponse, { files, server }: Site): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  let body = '';
  for await (const chunk of request) body += String(chunk);
  // Isolated pages have a clock of 5 microseconds instead of 100.
  const isolated = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
  const file = files.get(pathname);
  if (file) {
    response.writeHead(200, { 'Content-Type': 'text/javascript', 'Cache-Control': 'max-age=3600', ...isolated });
    return void response.end(file);
  }
  if (request.method === 'GET' && files.has(`${pathname}.js`)) {
    response.writeHead(200, { 'Content-Type': 'text/html', 'Cache-Control': 'no-store', ...isolated });
    return void response.end(
      `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="module" src="${pathname}.js"></script>`,
    );
  }
  const answered = await server.answer(request.method ?? 'GET', pathname, body);
  response.writeHead(answered?.status ?? 404, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(answered?.json ?? {}));
}
