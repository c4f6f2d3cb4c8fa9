import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import type { Exchange } from './evidence.ts';
import { createNetworkFaults, type NetworkFault } from './network-fault.ts';
import { answered, exchangeOf } from './read-exchange.ts';
import { isTooLate } from './too-late.ts';

/** The network between the browser and the session server: loses, delays, repeats and forges, and writes down what passes. */
export interface FaultProxy {
  url: string;
  exchanges: Exchange[];
  /** Faults that hit a request, by kind. */
  hits: Record<string, number>;
  /** Where the server is. */
  leadTo(server: string): void;
  fault(fault: NetworkFault): void;
  heal(): void;
  close(): Promise<void>;
}

interface Passing {
  request: IncomingMessage;
  response: ServerResponse;
  body: Buffer;
  exchange: Exchange;
}

/** Starts a {@link FaultProxy} on a free port. */
export async function startFaultProxy(): Promise<FaultProxy> {
  const faults = createNetworkFaults(Date.now);
  const exchanges: Exchange[] = [];
  const hits: Record<string, number> = {};
  const documents = new Map<string, string>();
  const stopping = new AbortController();
  let target = '';

  /** Sends a request on. Settles with the status when the answer was read; rejects when the server is not there. */
  function forward(
    { request, response, body, exchange }: Passing,
    fate: 'answer' | 'lose' | 'cut' | 'copy',
    lateMs = 0,
  ): Promise<void> {
    exchange.forwardedAt = Date.now();
    return new Promise((resolve, reject) => {
      const sent = httpRequest(target + (request.url ?? '/'), {
        method: request.method,
        headers: request.headers,
        agent: false,
      });
      sent.on('error', reject);
      sent.on('response', (answer) => {
        if (answer.headers['content-type']?.startsWith('text/event-stream') && fate === 'answer') {
          exchange.status = answer.statusCode ?? null;
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.on('error', () => response.destroy()).pipe(response);
          response.on('close', () => answer.destroy());
          return resolve();
        }
        const finish = async (content: Buffer): Promise<void> => {
          answered(exchange, answer.statusCode ?? 0, content);
          if (lateMs > 0) await wait(lateMs, undefined, { signal: stopping.signal });
          if (fate === 'lose') response.destroy();
          if (fate === 'answer' || fate === 'cut') response.writeHead(answer.statusCode ?? 502, answer.headers);
          if (fate === 'answer') response.end(content);
          if (fate === 'cut') response.write(content.subarray(0, content.length / 2), () => response.destroy());
        };
        buffer(answer).then(finish).then(resolve, reject);
      });
      sent.end(body);
    });
  }

  /** Public documents come from a cache, as they would in front of a real server. */
  async function sendKept(path: string, response: ServerResponse): Promise<void> {
    let kept = documents.get(path);
    if (kept === undefined) {
      const answer = await fetch(target + path);
      if (!answer.ok) throw new Error(`${path} was answered ${answer.status}.`);
      kept = await answer.text();
      documents.set(path, kept);
    }
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(kept);
  }

  async function pass(passing: Passing, fault: NetworkFault | null): Promise<void> {
    const { response, exchange } = passing;
    switch (fault?.kind) {
      case 'lost_request':
        return void response.destroy();
      case 'lost_answer':
        return forward(passing, 'lose');
      case 'cut_answer':
        return forward(passing, 'cut');
      case 'late_request':
        await wait(fault.ms, undefined, { signal: stopping.signal });
        return isTooLate(exchange, exchanges) ? void response.destroy() : forward(passing, 'answer');
      case 'late_answer':
        return forward(passing, 'answer', fault.ms);
      case 'duplicated': {
        const copy: Passing = { ...passing, exchange: { ...exchange } };
        void wait(fault.ms, undefined, { signal: stopping.signal })
          .then(() => {
            if (isTooLate(copy.exchange, exchanges)) return;
            exchanges.push(copy.exchange);
            return forward(copy, 'copy');
          })
          // Nobody waits for what comes of the copy.
          .catch(() => {});
        return forward(passing, 'answer');
      }
      case 'status':
      case 'html':
      case 'redirect':
        return forge(passing, fault);
      case undefined:
        return forward(passing, 'answer');
    }
  }

  const server = createServer((request, response) => {
    response.on('error', () => {});
    void (async () => {
      const body = await buffer(request);
      const exchange = exchangeOf(request, body);
      if (exchange.path.startsWith('/.well-known/')) return sendKept(exchange.path, response);
      const isPreflight = request.method === 'OPTIONS';
      if (!isPreflight) exchanges.push(exchange);
      const fault = isPreflight ? null : faults.take(exchange.path);
      if (fault) hits[fault.kind] = (hits[fault.kind] ?? 0) + 1;
      await pass({ request, response, body, exchange }, fault);
    })()
      // The server is not there or in trouble, or the page has left.
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    exchanges,
    hits,
    leadTo: (url) => void (target = url.replace('localhost', '127.0.0.1')),
    fault: faults.add,
    heal: faults.clear,
    close: () =>
      new Promise((resolve) => {
        stopping.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function forge({ request, response }: Passing, { kind, status, retryAfter, isReadable }: NetworkFault): void {
  const shared = isReadable
    ? { 'Access-Control-Allow-Origin': request.headers.origin ?? '*', 'Access-Control-Expose-Headers': 'Retry-After' }
    : {};
  if (kind === 'redirect') return void response.writeHead(302, { ...shared, Location: 'http://portal.invalid/' }).end();
  if (kind === 'html') {
    response.writeHead(status, { ...shared, 'Content-Type': 'text/html' });
    return void response.end('<!doctype html><title>Welcome</title><p>Sign in to use the network.');
  }
  const again = retryAfter === null ? {} : { 'Retry-After': String(retryAfter) };
  response.writeHead(status, { ...shared, ...again, 'Content-Type': 'text/plain' }).end('upstream error');
}
