import type { HttpBindings } from '@hono/node-server';
import { createHmac } from 'node:crypto';
import { durationMs } from '../../protocol/duration.ts';
import { SessionError } from '../../protocol/session-error.ts';
import type { Sessions } from '../engine/sessions.ts';
import type { Directory } from '../http/directory.ts';
import type { MetricsOptions } from '../http/metrics.ts';
import { createSessionServer, type SessionServer } from '../http/session-server.ts';
import { createAccessTokens } from '../tokens/access-tokens.ts';
import { demandIssuer } from './demand-issuer.ts';
import { demoDirectory } from './demo-users.ts';
import { stopGracefully } from './graceful-stop.ts';
import { createHttpServer, listen, type NodeFetch } from './http-server.ts';
import { openEngine } from './open-engine.ts';
import { openStore, type OpenedStore } from './open-store.ts';
import { processMetrics } from './process-metrics.ts';
import type { ServeOptions } from './serve-options.ts';
import { isLoopback, refuseUnsafe } from './unsafe-settings.ts';

/** A server that runs. */
export interface RunningServer {
  /** `http://localhost:4000`: the name that cookies and tokens know it by. */
  url: string;
  port: number;
  /** Where data lives, for people. */
  place: string;
  /** The engine, for what has no route. */
  sessions: Sessions;
  /** Answers what is under way, ends event streams, closes the store. A store that you handed in stays open. */
  close: () => Promise<void>;
}

const sweepEveryMs = 600_000;

/**
 * Runs a session server on this machine.
 *
 * @throws SessionError `invalid_argument` for unsafe settings, an issuer that is no https URL, and addresses that are taken, `invalid_duration`,
 *   `data_invalid` and `invalid_selector` for types that cannot be used, `storage_unavailable`
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
  if (options.issuer !== undefined) demandIssuer(options.issuer);
  if (options.maxPerUser != null && !(Number.isSafeInteger(options.maxPerUser) && options.maxPerUser > 0))
    throw new SessionError('invalid_argument', '`maxPerUser` is a whole number from 1, or null for any number.');
  const report = options.onError ?? ((error: unknown) => console.error(error));
  const opened = await openStore(options.store ?? 'sqlite:./sojourn.db', { secrets: options.secrets, onError: report });
  let answer: NodeFetch = async () => new Response(null, { status: 503, headers: { 'Retry-After': '1' } });
  const server = createHttpServer((request, env) => answer(request, env), {
    lightweight: options.lightweight ?? false,
  });
  try {
    const listening = await listen(server, port, host);
    const url = `http://${isLoopback(host) ? 'localhost' : host}:${listening}`;
    const parts = await assemble({ ...options, origins, report }, opened, url);
    answer = parts.fetch;
    const sweeping = setInterval(() => void parts.sessions.sweep().catch(report), sweepEveryMs);
    sweeping.unref();
    let closing: Promise<void> | null = null;
    const close = async (): Promise<void> => {
      clearInterval(sweeping);
      parts.server.drain();
      await stopGracefully(server, durationMs(options.patience ?? '10s'));
      await parts.server.logged();
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
    await opened.close();
    throw error;
  }
}

interface Assembly {
  fetch: NodeFetch;
  sessions: Sessions;
  server: SessionServer;
}

async function assemble(
  options: ServeOptions & { origins: readonly string[]; report: (error: unknown) => void },
  opened: OpenedStore,
  url: string,
): Promise<Assembly> {
  const { origins, publicOrigin, accessLife, algorithm, introspectionKey, limits } = options;
  const { idle, absolute, rememberIdle, rememberAbsolute, maxPerUser, types, report } = options;
  const replays = options.replays ?? opened.replays;
  const sharedLimits = options.sharedLimits ?? opened.limits;
  const { secrets, keyStore } = opened;
  const clock = { now: () => Date.now() };
  const engine = openEngine(opened, {
    idle,
    absolute,
    rememberIdle,
    rememberAbsolute,
    maxPerUser,
    types,
    onError: report,
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
    ...(options.pageData === undefined ? {} : { pageData: options.pageData }),
    dpop: {
      nonceSecret: opened.nonceSecrets,
      demandNonce: options.demandNonce ?? false,
      require: options.requireProof ?? false,
      ...(replays && { replays }),
    },
    clientAddress: clientAddress(options),
    signInFloor: options.signInFloor === undefined ? '500ms' : options.signInFloor,
    onError: report,
    ...(publicOrigin === undefined ? {} : { publicOrigin }),
    ...(introspectionKey === undefined ? {} : { introspectionKey }),
    ...(limits === undefined ? {} : { limits }),
    ...(sharedLimits && { sharedLimits }),
    ...(options.reauthenticateFor === undefined ? {} : { reauthenticateFor: options.reauthenticateFor }),
    ...(options.adminKeys === undefined ? {} : { adminKeys: options.adminKeys }),
    ...(options.metrics === undefined ? {} : { metrics: withProcess(options.metrics) }),
    ...(options.log === undefined ? {} : { log: options.log, logSalt: logSalt(secrets.userTag) }),
  });
  const { fetch } = server;
  return { fetch: faults ? faults.wrap(fetch) : fetch, sessions, server };
}

/** The same in every server that shares the secrets, so that their logs can be read together; tells nothing of the secret. */
function logSalt(secret: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha256', secret).update('salt of the log').digest());
}

function withProcess(wanted: true | MetricsOptions): MetricsOptions {
  const { more = () => [], ...rest } = wanted === true ? {} : wanted;
  return { ...rest, more: () => [...processMetrics(), ...more()] };
}

function directory({ demoUsers, authenticate, findUser, newSession, claims }: ServeOptions): Directory {
  const more = { ...(newSession && { newSession }), ...(claims && { claims }) };
  if (demoUsers) return { ...demoDirectory(), ...more };
  return { authenticate: authenticate ?? (() => null), ...(findUser && { findUser }), ...more };
}

function clientAddress({ trustProxy, publicOrigin }: ServeOptions): (request: Request, env: unknown) => string | null {
  if (trustProxy) return (request) => request.headers.get('x-forwarded-for')?.split(',').at(-1)?.trim() ?? null;
  // Behind a proxy that is not trusted everybody has the proxy's address, and would share its limit.
  if (publicOrigin !== undefined) return () => null;
  return (_request, env) => (env as HttpBindings).incoming.socket.remoteAddress ?? null;
}
