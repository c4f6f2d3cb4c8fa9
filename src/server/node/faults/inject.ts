import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { setTimeout as wait } from 'node:timers/promises';
import { problemAnswer } from '../../http/answers.ts';
import { Refusal } from '../../http/refusal.ts';
import type { NodeFetch } from '../http-server.ts';
import type { Fault } from './fault.ts';

/** Serves a request as the faults that hit it will have it. */
export async function inject(
  faults: readonly Fault[],
  serve: NodeFetch,
  request: Request,
  env: HttpBindings,
): Promise<Response> {
  for (const fault of faults) if (fault.kind === 'delay') await wait(fault.ms);
  const breaking = faults.find(({ kind }) => kind !== 'delay' && kind !== 'slow_answer');
  const answer = await broken(breaking, serve, request, env);
  for (const fault of faults) if (fault.kind === 'slow_answer') await wait(fault.ms);
  return answer;
}

async function broken(
  fault: Fault | undefined,
  serve: NodeFetch,
  request: Request,
  env: HttpBindings,
): Promise<Response> {
  switch (fault?.kind) {
    case 'drop':
      await (await serve(request, env)).body?.cancel();
      return cut(env);
    case 'cut':
      return cut(env);
    case 'status':
      return failed(fault);
    case 'html':
      return new Response('<!doctype html><title>Welcome to the airport</title><p>Sign in to use the network.', {
        status: fault.status,
        headers: { 'Content-Type': 'text/html; charset=utf-8' },
      });
    case 'redirect':
      return new Response(null, { status: 302, headers: { Location: fault.location } });
    default:
      return serve(request, env);
  }
}

function cut(env: HttpBindings): Response {
  env.incoming.socket.destroy();
  return RESPONSE_ALREADY_SENT;
}

function failed({ status, retryAfter }: Fault): Response {
  const code = status === 429 ? 'rate_limited' : status === 503 ? 'store_unavailable' : 'server_error';
  const wait = retryAfter === null ? {} : { retryAfterMs: retryAfter * 1000 };
  return problemAnswer(new Refusal(code, 'This failure was asked for (/dev/faults).', { status, ...wait }));
}
