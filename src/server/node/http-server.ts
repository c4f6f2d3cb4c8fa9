import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import type { Server } from 'node:http';
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
}

const maxHeaderSize = 16 * 1024;

/** A Node server with bounds on everything a slow or hostile client could stretch. */
export function createHttpServer(fetch: NodeFetch, options: HttpServerOptions): Server {
  const server = createAdaptorServer({
    fetch: (request, env) => fetch(request, env as HttpBindings),
    overrideGlobalObjects: options.lightweight,
    serverOptions: {
      maxHeaderSize,
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 5_000,
    },
  }) as Server;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => void refuseMalformed(error, socket));
  return server;
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
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
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
