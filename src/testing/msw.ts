import { http, type HttpHandler } from 'msw/http';
import { SessionError } from '../protocol/session-error.ts';
import type { SessionServer } from '../server/http/session-server.ts';

/**
 * The real session server as handlers of msw, so that the tests of an app talk to true behaviour without a network. Works in
 * Node (`msw/node`) and in the browser's worker (`msw/browser`).
 *
 * @param options.baseUrl where the app looks for the server; its path must be the server's `basePath`
 * @throws SessionError `invalid_argument` when it is not
 * @example
 * ```ts
 * const worker = setupServer(...sessionHandlers(server, { baseUrl: 'https://api.example.com' }));
 * ```
 */
export function sessionHandlers(
  server: Pick<SessionServer, 'fetch' | 'basePath'>,
  options: { baseUrl: string },
): HttpHandler[] {
  const { origin, pathname } = new URL(options.baseUrl);
  const path = pathname.replace(/\/$/, '');
  if (path !== server.basePath)
    throw new SessionError(
      'invalid_argument',
      `The server's basePath is '${server.basePath}', the path of baseUrl '${path}'; make them equal.`,
    );
  return [http.all(`${origin}${path}/*`, ({ request }) => server.fetch(request))];
}
