import type { HttpBindings } from '@hono/node-server';
import { durationMs, type Duration } from '../../protocol/duration.ts';
import { createSessions } from '../engine/create-sessions.ts';
import type { Sessions } from '../engine/sessions.ts';
import type { Directory } from '../http/directory.ts';
import type { LimitOptions } from '../http/limits.ts';
import { createSessionServer, type SessionServer } from '../http/session-server.ts';
import { createAccessTokens } from '../tokens/access-tokens.ts';
import { createMac } from '../tokens/mac.ts';
import { createRandom } from '../tokens/random.ts';
import type { SigningAlgorithm } from '../tokens/signing-key.ts';
import { demoDirectory } from './demo-users.ts';
import { stopGracefully } from './graceful-stop.ts';
import { createHttpServer, listen, type NodeFetch } from './http-server.ts';
import { openStore, type OpenedStore } from './open-store.ts';
import { isLoopback, refuseUnsafe } from './unsafe-settings.ts';

/** What {@link serve} takes. */
export interface ServeOptions extends Partial<Directory> {
  /** 0 takes any free one. Default: 4000. */
  port?: number;
  /** Default: `'127.0.0.1'`, this machine only. */
  host?: string;
  /** `'memory'` or `'sqlite:./path'`. Default: `'sqlite:./sojourn.db'`. */
  store?: string;
  /** Origins of the apps. Default: `['http://localhost:5173']`. */
  origins?: readonly string[];
  /** Lets the three demo users in, instead of `authenticate`. */
  demoUsers?: boolean;
  /** Keeps refresh tokens in an `HttpOnly` cookie. */
  cookie?: boolean;
  /** Life of access tokens. Default: `'5m'`. */
  accessLife?: Duration;
  /** Ends when nobody is active for so long. Default: `'30m'` (remembered: 14 days). */
  idle?: Duration;
  /** Ends so long after sign-in. Default: `'12h'` (remembered: 30 days). */
  absolute?: Duration;
  algorithm?: SigningAlgorithm;
  /** `iss` of tokens. Default: the public origin, or the URL it listens on. */
  issuer?: string;
  /** `aud` of tokens. Default: the issuer. */
  audience?: string;
  /** Origin that clients call, when a proxy stands in front. */
  publicOrigin?: string;
  /** Takes client addresses from the last entry of `X-Forwarded-For`. Only behind a proxy that writes it. */
  trustProxy?: boolean;
  introspectionKey?: string;
  /** Every DPoP proof must carry a nonce. */
  demandNonce?: boolean;
  limits?: LimitOptions | false;
  /** Development only: adds `/dev/faults` and `/dev/journal`. */
  faults?: boolean;
  /** How long a stop waits for requests under way. Default: `'10s'`. */
  patience?: Duration;
  /** Replaces the global `Request` and `Response` by lightweight ones. The command line does. Default: false. */
  lightweight?: boolean;
  /** Is told of failures that a client only sees as `server_error`. Default: `console.error`. */
  onError?: (error: unknown) => void;
}

/** A server that runs. */
export interface RunningServer {
  /** `http://localhost:4000`: the name that cookies and tokens know it by. */
  url: string;
  port: number;
  /** Where data lives, for people. */
  place: string;
  /** The engine, for what has no route. */
  sessions: Sessions;
  /** Answers what is under way, ends event streams, closes the store. */
  close: () => Promise<void>;
}

const sweepEveryMs = 600_000;

/**
 * Runs a session server on this machine.
 *
 * @throws SessionError `invalid_argument` for unsafe settings and addresses that are taken, `storage_unavailable`
 */
export async function serve(options: ServeOptions = {}): Promise<RunningServer> {
  const { port = 4000, host = '127.0.0.1', origins = ['http://localhost:5173'], publicOrigin } = options;
  refuseUnsafe({
    host,
    origins,
    cookie: options.cookie ?? false,
    publicOrigin: publicOrigin ?? null,
    demoUsers: options.demoUsers ?? false,
    faults: options.faults ?? false,
    limits: options.limits !== false,
  });
  const opened = await openStore(options.store ?? 'sqlite:./sojourn.db');
  let answer: NodeFetch = async () => new Response(null, { status: 503, headers: { 'Retry-After': '1' } });
  const server = createHttpServer((request, env) => answer(request, env), {
    lightweight: options.lightweight ?? false,
  });
  try {
    const listening = await listen(server, port, host);
    const url = `http://${isLoopback(host) ? 'localhost' : host}:${listening}`;
    const parts = await assemble({ ...options, origins }, opened, url);
    answer = parts.fetch;
    const sweeping = setInterval(() => void parts.sessions.sweep().catch(parts.report), sweepEveryMs);
    sweeping.unref();
    let closing: Promise<void> | null = null;
    const close = async (): Promise<void> => {
      clearInterval(sweeping);
      parts.server.drain();
      await stopGracefully(server, durationMs(options.patience ?? '10s'));
      await parts.sessions.close();
    };
    return {
      url,
      port: listening,
      place: opened.place,
      sessions: parts.sessions,
      close: () => (closing ??= close()),
    };
  } catch (error) {
    server.close();
    await opened.store.close();
    throw error;
  }
}

interface Assembly {
  fetch: NodeFetch;
  sessions: Sessions;
  server: SessionServer;
  report: (error: unknown) => void;
}

async function assemble(
  options: ServeOptions & { origins: readonly string[] },
  { store, secrets, keyStore }: OpenedStore,
  url: string,
): Promise<Assembly> {
  const { origins, publicOrigin, idle, absolute, accessLife, algorithm, introspectionKey, limits } = options;
  const report = options.onError ?? ((error: unknown) => console.error(error));
  const clock = { now: () => Date.now() };
  const mac = createMac({ secrets: secrets.mac, current: secrets.currentMac, userTagSecret: secrets.userTag });
  const engine = createSessions({
    store,
    clock,
    mac,
    random: createRandom(),
    onError: report,
    ...(idle === undefined ? {} : { idleTimeout: idle }),
    ...(absolute === undefined ? {} : { absoluteTimeout: absolute }),
  });
  const faults = options.faults ? (await import('./faults/faults.ts')).createFaults(origins) : null;
  const sessions = faults ? faults.observe(engine) : engine;
  const issuer = options.issuer ?? publicOrigin ?? url;
  const tokens = createAccessTokens({
    issuer,
    audience: options.audience ?? issuer,
    keyStore,
    clock,
    ...(accessLife === undefined ? {} : { life: accessLife }),
    ...(algorithm === undefined ? {} : { algorithm }),
  });
  const server = createSessionServer({
    sessions,
    tokens,
    origins,
    clock,
    ...directory(options),
    cookie: options.cookie ?? false,
    dpop: { nonceSecret: secrets.dpopNonce, demandNonce: options.demandNonce ?? false },
    clientAddress: clientAddress(options),
    onError: report,
    ...(publicOrigin === undefined ? {} : { publicOrigin }),
    ...(introspectionKey === undefined ? {} : { introspectionKey }),
    ...(limits === undefined ? {} : { limits }),
  });
  const { fetch } = server;
  return { fetch: faults ? faults.wrap(fetch) : fetch, sessions, server, report };
}

function directory({ demoUsers, authenticate, findUser }: ServeOptions): Directory {
  if (demoUsers) return demoDirectory();
  return { authenticate: authenticate ?? (() => null), ...(findUser ? { findUser } : {}) };
}

function clientAddress({ trustProxy, publicOrigin }: ServeOptions): (request: Request, env: unknown) => string | null {
  if (trustProxy) return (request) => request.headers.get('x-forwarded-for')?.split(',').at(-1)?.trim() ?? null;
  // Behind a proxy that is not trusted everybody has the proxy's address, and would share its limit.
  if (publicOrigin !== undefined) return () => null;
  return (_request, env) => (env as HttpBindings).incoming.socket.remoteAddress ?? null;
}
