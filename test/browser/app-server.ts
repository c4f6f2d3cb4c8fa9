import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { isSessionError } from '../../src/index.ts';
import { createAccessTokenVerifier, createRemoteJWKSet, type AccessTokenVerifier } from '../../src/server/verify.ts';

/** A request as the app's API received it. */
export interface ApiRequest {
  at: number;
  /** Which tab sent it, and whom that tab showed at that moment. */
  tab: string;
  as: string;
  /** Whose token it carried; null when there was none that can be read. */
  holder: string | null;
  /** Which session that token is of. */
  session: string | null;
  /** Whether that token was over already when it arrived. */
  isExpired: boolean;
  status: number;
}

/** The app's own origin: the harness page, and an API that checks access tokens by itself. */
export interface AppServer {
  url: string;
  requests: ApiRequest[];
  /** Answers every `n`th API request with 401, so that the client renews and repeats it. */
  refuseEvery(n: number): void;
  /** Keeps all API requests from now on waiting; `release` refuses them with 401. */
  hold(): { waiting(): number; release(): void };
  /** Lets time pass at the API. */
  pass(ms: number): void;
  /** Whose tokens the API takes. */
  trust(sessionServer: string): void;
  close(): Promise<void>;
}

const folder = path.join(import.meta.dirname, 'page');
const mediaTypes: Record<string, string> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript' };
let bundle: Promise<Map<string, Uint8Array>> | null = null;

/** The page and every chunk of the client, by path. */
function bundled(): Promise<Map<string, Uint8Array>> {
  bundle ??= build({
    entryPoints: [path.join(folder, 'app.ts')],
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    outdir: '/',
    write: false,
    logLevel: 'silent',
  }).then(({ outputFiles }) => new Map(outputFiles.map((file) => [file.path, file.contents])));
  return bundle;
}

export async function startAppServer(): Promise<AppServer> {
  const files = await bundled();
  const requests: ApiRequest[] = [];
  let verify: AccessTokenVerifier | null = null;
  let refusedEvery = 0;
  let url = '';
  let aheadMs = 0;
  let held: Promise<void> | null = null;
  const now = (): number => Date.now() + aheadMs;

  async function who(request: IncomingMessage): Promise<number> {
    if (held) {
      await held;
      return 401;
    }
    if (refusedEvery > 0 && requests.length % refusedEvery === refusedEvery - 1) return 401;
    const headers = request.headers as Record<string, string>;
    try {
      await verify?.(new Request(`${url}${request.url ?? ''}`, { method: request.method ?? 'GET', headers }));
      return 200;
    } catch (error) {
      if (isSessionError(error)) return error.status ?? 401;
      throw error;
    }
  }

  const server = createServer((request, response) => {
    void (async () => {
      const at = now();
      const { pathname } = new URL(request.url ?? '/', url);
      if (pathname !== '/api/who') return sendFile(pathname, files, response);
      const { 'x-tab': tab = '', 'x-as': as = '' } = request.headers as Record<string, string>;
      const entry: ApiRequest = { at, tab, as, ...tokenOf(request, at), status: 0 };
      const answering = who(request);
      requests.push(entry);
      entry.status = await answering;
      response.writeHead(entry.status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
      response.end('{}');
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://localhost:${(server.address() as AddressInfo).port}`;

  return {
    url,
    requests,
    refuseEvery: (n) => void (refusedEvery = n),
    hold() {
      const since = requests.length;
      let release = (): void => {};
      held = new Promise((resolve) => (release = resolve));
      return {
        waiting: () => requests.length - since,
        release() {
          held = null;
          release();
        },
      };
    },
    pass: (ms) => void (aheadMs += ms),
    trust(sessionServer) {
      const jwks = createRemoteJWKSet(new URL(`${sessionServer}/.well-known/jwks.json`));
      verify = createAccessTokenVerifier({ jwks, issuer: sessionServer, audience: sessionServer, toleranceMs: 0, now });
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Whose token a request carries, read without checking it: what matters is what left the tab. */
function tokenOf(request: IncomingMessage, at: number): Pick<ApiRequest, 'holder' | 'session' | 'isExpired'> {
  const payload = request.headers.authorization?.split('.')[1];
  if (payload === undefined) return { holder: null, session: null, isExpired: false };
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: string; sid: string; exp: number };
  return { holder: claims.sub, session: claims.sid, isExpired: at >= claims.exp * 1000 };
}

/** Cacheable, as an app that works offline is. `/strict` is the same page under the strictest content security policy. */
function sendFile(pathname: string, files: Map<string, Uint8Array>, response: ServerResponse): void {
  if (pathname === '/favicon.ico') return void response.writeHead(204).end();
  const isPage = !pathname.includes('.');
  const name = isPage ? '/index.html' : pathname;
  const body = name.endsWith('.html') ? readFileSync(path.join(folder, name)) : files.get(name);
  if (!body) return void response.writeHead(404).end();
  response.writeHead(200, {
    'Content-Type': mediaTypes[path.extname(name)] ?? 'application/octet-stream',
    'Cache-Control': 'max-age=3600',
    // For a sandboxed frame, whose origin is nobody's.
    'Access-Control-Allow-Origin': '*',
    ...(pathname === '/strict' ? { 'Content-Security-Policy': strictPolicy } : {}),
  });
  response.end(body);
}

const strictPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  "connect-src 'self' http://localhost:*",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');
