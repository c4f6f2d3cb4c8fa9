import { createAccessTokens, createSessionServer, type Sessions } from 'sojourn/server';
import { createHttpServer, listen } from '../../../src/server/node/http-server.ts';
import { connectSessions, type ConnectOptions } from 'sojourn/server/remote';
import type { SessionsWorld } from '../contract/subject.ts';
import { localWorld } from './local-world.ts';

export const apiKey = 'a0-key-of-128-bits-at-least-Zq8';

export interface RemoteWorld extends SessionsWorld {
  /** The engine behind the server. */
  local: Sessions;
  url: string;
  /** Another client of the same server. */
  connect: (options?: Partial<ConnectOptions>) => Sessions;
  /** Ends all connections, event streams too; the server goes on. */
  cut: () => void;
  /** Ends the streams as a server does that stops. */
  drain: () => void;
}

/** An engine behind a real HTTP server, and a client of it. */
export async function remoteWorld(basePath = '/auth'): Promise<RemoteWorld> {
  const { sessions: local, clock, close } = localWorld();
  const server = createSessionServer({
    sessions: local,
    tokens: createAccessTokens({ issuer: 'http://localhost', audience: 'http://localhost', clock }),
    origins: [],
    authenticate: () => null,
    adminKeys: [apiKey],
    basePath,
    clock,
  });
  const http = createHttpServer(server.fetch, { lightweight: false });
  const url = `http://127.0.0.1:${await listen(http, 0, '127.0.0.1')}${basePath}`;
  const clients: Sessions[] = [];
  const connect: RemoteWorld['connect'] = (options = {}) => {
    const client = connectSessions({ url, apiKey, ...options });
    clients.push(client);
    return client;
  };
  return {
    sessions: connect(),
    local,
    clock,
    url,
    connect,
    cut: () => http.closeAllConnections(),
    drain: server.drain,
    close: async () => {
      await Promise.all(clients.map((client) => client.close()));
      server.drain();
      await new Promise((resolve) => {
        http.close(resolve);
        http.closeAllConnections();
      });
      await close();
    },
  };
}
