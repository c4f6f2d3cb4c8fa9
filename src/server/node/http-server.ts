import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { SessionError } from '../../protocol/session-error.ts';
import { problemAnswer } from '../http/answers.ts';
import { Refusal } from '../http/refusal.ts';

/** A request handler of a server, and what Node knows of the request. */
export type NodeFetch = (request: Request, env: HttpBindings) => Promise<Response>;

/** What {@link createHttpServer} takes. */
export interface HttpServerOptions {
  /**
   * Replaces the global `Request` and `Response` by lightweight ones, which takes a third off the cost of a request.
   * For a process that does nothing else.
   */
  lightweight: boolean;
  /** Default: ten seconds for headers, thirty for a whole request. */
  timeouts?: Timeouts;
}

/** How long a client may take, in milliseconds. */
export interface Timeouts {
  /** For the headers of a request. */
  headersMs: number;
  /** For all of a request. */
  requestMs: number;
  /** Between two requests of one connection. */
  keepAliveMs: number;
  /** How often it is looked after who takes too long. */
  lookEveryMs: number;
}

const defaultTimeouts: Timeouts = { headersMs: 10_000, requestMs: 30_000, keepAliveMs: 65_000, lookEveryMs: 5_000 };

const maxHeaderSize = 16 * 1024;

/** A Node server with bounds on everything a slow or hostile client could stretch. */
export function createHttpServer(fetch: NodeFetch, options: HttpServerOptions): Server {
  const { headersMs, requestMs, keepAliveMs, lookEveryMs } = options.timeouts ?? defaultTimeouts;
  const abandoned = new WeakSet<object>();
  const server = createAdaptorServer({
    fetch: (request, env) => {
      const { incoming } = env as HttpBindings;
      if (isAmbiguous(incoming)) return problemAnswer(refusalFor(undefined));
      if (isEncoded(incoming)) abandoned.add(incoming.socket);
      // What follows on such a connection may be in this process already; it is answered alike, and Node drops that.
      return abandoned.has(incoming.socket) ? problemAnswer(unknownCoding()) : fetch(request, env as HttpBindings);
    },
    overrideGlobalObjects: options.lightweight,
    serverOptions: {
      maxHeaderSize,
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      keepAliveTimeout: keepAliveMs,
      connectionsCheckingInterval: lookEveryMs,
    },
  }) as Server;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => void refuseMalformed(error, socket));
  return server;
}

/** What Node's parser lets through: no version (HTTP/0.9), or several hosts, of which a proxy may have meant another (RFC 9112 3.2). */
function isAmbiguous({ httpVersionMajor, rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return httpVersionMajor < 1 || hosts > 1;
}

/**
 * Whether chunks have another transfer coding under them (RFC 9112 6.1). Node's parser takes the chunks apart only, and the rest would
 * be read as if it were plain. Where chunks are not the last coding, it refuses by itself.
 */
function isEncoded({ rawHeaders }: IncomingMessage): boolean {
  let codings = '';
  // Not by `headers`: making that object is most of what a look at one header costs.
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') codings += `,${rawHeaders[i + 1]}`;
  }
  return /,.*,[ \t]*chunked$/i.test(codings);
}

function unknownCoding(): Refusal {
  const message = 'The only transfer coding that is understood here is chunked, alone.';
  return new Refusal('not_supported', message, { headers: { Connection: 'close' } });
}

/** Listens. Answers the port. @throws SessionError `invalid_argument` when the address cannot be had */
export function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(cannotListen(cause, port, host)));
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

function cannotListen(cause: NodeJS.ErrnoException, port: number, host: string): SessionError {
  const why: Record<string, string> = {
    EADDRINUSE: 'something else listens there; stop it, or take another --port (0 for any free one)',
    EACCES: 'that port needs more rights; take one above 1023',
    EADDRNOTAVAIL: 'this machine has no such address; leave --host out for 127.0.0.1',
  };
  const reason = why[cause.code ?? ''] ?? cause.message;
  return new SessionError('invalid_argument', `Cannot listen on ${host}:${port}: ${reason}.`, { cause });
}

/** Requests that Node's parser refuses never become a `Request`; they get a problem document all the same. */
async function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): Promise<void> {
  // In the middle of an answer there is no place for another one.
  const isAnswering = (socket as { _httpMessage?: ServerResponse | null })._httpMessage?.headersSent === true;
  if (!socket.writable || isAnswering || error.code === 'ECONNRESET') return void socket.destroy();
  const problem = problemAnswer(refusalFor(error.code));
  const body = await problem.text();
  const title =
    problem.status === 431
      ? 'Request Header Fields Too Large'
      : problem.status === 408
        ? 'Request Timeout'
        : 'Bad Request';
  socket.end(
    `HTTP/1.1 ${problem.status} ${title}\r\nConnection: close\r\n` +
      Array.from(problem.headers, ([name, value]) => `${name}: ${value}\r\n`).join('') +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function refusalFor(code: string | undefined): Refusal {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Refusal('payload_too_large', `The headers are too large: at most ${maxHeaderSize} bytes.`, {
      status: 431,
    });
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Refusal('timeout', 'The request came too slowly.', { status: 408 });
  return new Refusal('invalid_argument', 'This is not an HTTP request.', { status: 400 });
}
