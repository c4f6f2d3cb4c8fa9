import type { Server } from 'node:http';

const pollMs = 25;

/**
 * Stops a server: no new connections, requests under way are answered, idle connections are closed as they come free.
 * What still runs after `patienceMs` is cut.
 */
export async function stopGracefully(server: Server, patienceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A kept-alive connection that just answered counts as busy until its client asks again.
  const sweeping = setInterval(() => server.closeIdleConnections(), pollMs);
  const cutting = setTimeout(() => server.closeAllConnections(), patienceMs);
  server.closeIdleConnections();
  await closed;
  clearInterval(sweeping);
  clearTimeout(cutting);
}
