import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { sessionIdOf } from '../../src/server/http/token-session.ts';
import type { Exchange } from './evidence.ts';

/** What a request tells of itself. */
export function exchangeOf(request: IncomingMessage, body: Buffer): Exchange {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const path = pathname.replace(/session_[\w-]+/, ':id');
  const form = path === '/token' || path === '/revoke' ? new URLSearchParams(body.toString()) : null;
  const token = form?.get('refresh_token') ?? form?.get('token') ?? null;
  const claims = claimsOf(request.headers.authorization);
  return {
    at: Date.now(),
    forwardedAt: null,
    answeredAt: null,
    method: request.method ?? 'GET',
    path,
    status: null,
    session: claims?.sid ?? (token === null ? null : sessionIdOf(token)),
    spent: path === '/token' && token !== null ? fingerprint(token) : null,
    successor: null,
  };
}

/** Notes the server's answer. */
export function answered(exchange: Exchange, status: number, content: Buffer): void {
  exchange.answeredAt = Date.now();
  exchange.status = status;
  if (exchange.path !== '/token' || status !== 200) return;
  const { refresh_token: token } = JSON.parse(content.toString()) as { refresh_token?: string };
  if (token !== undefined) exchange.successor = fingerprint(token);
}

function claimsOf(authorization: string | undefined): { sid: string } | null {
  const payload = authorization?.split('.')[1];
  if (payload === undefined) return null;
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sid: string };
}

/** Tells tokens apart without keeping them. */
function fingerprint(token: string): string {
  return createHash('sha256').update(token).digest('base64url').slice(0, 16);
}
