import { setupWorker } from 'msw/browser';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSessionManager } from 'sojourn';
import { sessionHandlers } from 'sojourn/testing/msw';
import { serverInMemory } from './server-in-memory.ts';

const url = `${location.origin}/auth`;
const server = serverInMemory({ basePath: '/auth', issuer: url, origins: [location.origin] });
const worker = setupWorker(...sessionHandlers(server, { baseUrl: url }));

beforeAll(async () => {
  await worker.start({
    quiet: true,
    // The page's own files come from the test runner; everything under the server's address is the server's to answer.
    onUnhandledFrame({ frame, defaults }) {
      const { request } = frame.data as { request: Request };
      if (new URL(request.url).pathname.startsWith('/auth')) defaults.error();
    },
  });
});
afterAll(() => worker.stop());

test('the real server answers a page through msw’s worker: sign-in, a bound request, a refresh, sign-out', async () => {
  const session = createSessionManager({ url, name: 'msw', liveEvents: false });
  await session.signIn({ username: 'ada' });
  expect(session.getState()).toMatchObject({ status: 'authenticated', persistence: 'persistent', user: { id: 'ada' } });
  expect((await session.fetch(`${url}/session`)).status).toBe(200);
  await session.refresh();
  expect(session.token.getState().generation).toBe(1);
  await session.signOut();
  expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'signed_out' });
  session.dispose();
});
