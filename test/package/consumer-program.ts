/** A program that a user of the package might write, with a use of every public name. */
export const consumerProgram = `
import { createSessionManager, isSessionError, type SessionManager, type SessionState, type User } from 'sojourn';
import { durationMs, tokenResponseSchema, type TokenResponse } from 'sojourn/protocol';
import { indexedDbVault, memoryVault, webStorageVault } from 'sojourn/vaults';
import { fileVault } from 'sojourn/vaults/file';
import { oauth2Transport } from 'sojourn/oauth2';
import { kyExtension } from 'sojourn/ky';
import { SessionProvider, useIdle, useSession } from 'sojourn/react';
import { createSessionServer, type Store } from 'sojourn/server';
import { connectSessions } from 'sojourn/server/remote';
import { createMemoryStore } from 'sojourn/server/stores/memory';
import { createRedisStore, fromIoredis, type Ioredis } from 'sojourn/server/stores/redis';
import { createSqliteStore } from 'sojourn/server/stores/sqlite';
import { serve } from 'sojourn/server/node';
import { createRemoteJWKSet, verifyAccessToken } from 'sojourn/server/verify';
import { Ductape } from 'sojourn/compat/ductape';
import { InMemoryEventBus } from 'sojourn/compat/oneauth/events-core';
import { InMemorySessionRepository, SessionService } from 'sojourn/compat/oneauth/sessions';
import { TimeSpan } from 'sojourn/compat/oslo';
import { serializeCookie } from 'sojourn/compat/oslo/cookie';
import { SessionController } from 'sojourn/compat/oslo/session';
import { $, session } from 'sojourn/compat/sdk-do';
import { fakeClock, fakeVault } from 'sojourn/testing';
import { sessionHandlers } from 'sojourn/testing/msw';
import { createElement, type ReactElement } from 'react';

interface Person extends User {
  name: string;
}

const manager: SessionManager<Person> = createSessionManager<Person>({ url: 'https://auth.example.com' });
const state: SessionState<Person> = manager.getState();
if (state.status === 'authenticated') console.log(state.user.name.toUpperCase());
// @ts-expect-error a user is not there while loading
if (state.status === 'loading') console.log(state.user.name);
// @ts-expect-error an address is a text
createSessionManager({ url: 42 });

export async function visit(): Promise<string> {
  try {
    const response: Response = await manager.fetch('https://auth.example.com/me');
    return await response.text();
  } catch (error) {
    if (isSessionError(error) && error.code === 'offline') return 'offline';
    throw error;
  } finally {
    manager.dispose();
  }
}

export const milliseconds: number = durationMs('30m');
export const isToken = (answer: unknown): answer is TokenResponse => tokenResponseSchema.safeParse(answer).success;

createSessionManager({ url: '/auth', vault: memoryVault() });
createSessionManager({ url: '/auth', vault: fileVault('./session.json'), binding: 'none' });
createSessionManager({ transport: oauth2Transport({ tokenUrl: 'https://id.example.com/token', clientId: 'app' }) });
console.log(indexedDbVault, webStorageVault, kyExtension(manager), fakeClock(), fakeVault);

export function App(): ReactElement {
  const status: 'loading' | 'authenticated' | 'unauthenticated' = useSession((session) => session.status);
  const phase: 'active' | 'warning' | 'idle' = useIdle((idle) => idle.phase);
  return createElement(SessionProvider, { manager: createSessionManager({ url: '/auth' }) }, status, phase);
}

export const elsewhere = async (client: Ioredis): Promise<number> => {
  const sessions = connectSessions({ url: 'https://auth.example.com', apiKey: 'k'.repeat(43) });
  const store: Store = createRedisStore({ client: fromIoredis(client) });
  await store.close();
  return (await sessions.revokeAll('user_1')).count;
};

export async function moved(): Promise<string[]> {
  const made = await session.create({ userId: 'user_1', expiresIn: '24h' });
  const service = new SessionService(new InMemorySessionRepository(), new InMemoryEventBus());
  const other = await service.createSession({ identityId: 'user_1', trustContext: {} });
  const { sessionId } = new SessionController(new TimeSpan(30, 'd')).createSession('user_1');
  return [String($.Session.created), made.id, other.id, serializeCookie('session', sessionId, {}), typeof Ductape];
}

export const stores: Store[] = [createMemoryStore(), createSqliteStore({ path: './sessions.db' })];
export const handlers = (server: ReturnType<typeof createSessionServer>) =>
  sessionHandlers(server, { baseUrl: 'https://auth.example.com' });

export async function back(request: Request): Promise<string> {
  const running = await serve({ port: 0, store: 'memory', demoUsers: true });
  await running.close();
  const jwks = createRemoteJWKSet(new URL('https://auth.example.com/.well-known/jwks.json'));
  const claims = await verifyAccessToken(request, { jwks, issuer: 'https://auth.example.com', audience: 'api' });
  return claims.sub;
}
`;
