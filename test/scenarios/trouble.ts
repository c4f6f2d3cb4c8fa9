import { expect } from 'vitest';
import type { SessionManager } from '../../src/index.ts';
import { done, type Watched } from './signed-in.ts';
import { api, type World } from './world.ts';

const minute = 60_000;
/** The longest pause between two attempts. */
export const longestPause: number = minute;

/** What our own server says when a session is over. */
export const ended: Record<string, string> = { error: 'invalid_grant', code: 'session_ended', reason: 'revoked' };

export function page(status: number, text = '<html>Welcome to the hotel'): Response {
  return new Response(text, { status, headers: { 'Content-Type': 'text/html' } });
}

export function json(status: number, body: unknown, type = 'application/json'): Response {
  return new Response(typeof body === 'string' ? body : JSON.stringify(body), {
    status,
    headers: { 'Content-Type': type },
  });
}

/** Answers every request to the token endpoint with `trouble`. Answers how to count them. */
export function troubleTokens(world: World, trouble: (request: Request) => Response | Promise<Response>): () => number {
  let attempts = 0;
  world.proxy = (request) => {
    if (!request.url.startsWith(`${api}/token`)) return null;
    attempts += 1;
    return trouble(request);
  };
  return () => attempts;
}

export function heal(world: World): void {
  world.proxy = () => null;
}

/** Somebody is signed in here, nothing that makes the session was touched, and a next attempt is planned. */
export function expectUntouched(world: World, { session, statuses }: Watched): void {
  expect(session.getState()).toMatchObject({ status: 'authenticated', user: { id: 'ada' } });
  expect(session.getState().connection).not.toBe('online');
  expect(statuses).toEqual(['authenticated']);
  expect(world.vault.record()).toMatchObject({ kind: 'live', generation: 0 });
  const { refreshAt } = session.token.getState();
  expect(refreshAt).toBeGreaterThan(world.clock.now());
  expect(refreshAt).toBeLessThanOrEqual(world.clock.now() + 5.5 * minute);
}

/** The trouble is over: all is well after `pause`, without anybody doing anything. */
export async function expectRecovery(world: World, ada: Watched, pause: number = longestPause): Promise<void> {
  heal(world);
  await world.clock.advance(pause);
  expect(ada.session.token.getState()).toMatchObject({ freshness: 'fresh', generation: 1 });
  expect(ada.session.getState().connection).toBe('online');
  expect(ada.statuses).toEqual(['authenticated']);
  expect(await answerOf(world, ada.session)).toBe(200);
}

/** What the API answers, or the code of the error. */
export async function answerOf(world: World, session: SessionManager): Promise<number | string> {
  return done(world, session.fetch('/session')).then(
    ({ status }) => status,
    (error: { code: string }) => error.code,
  );
}
