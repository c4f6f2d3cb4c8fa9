import type { TokenResponse } from '../../../src/protocol/token-response.ts';
import { createSessions } from '../../../src/server/engine/create-sessions.ts';
import type { Sessions } from '../../../src/server/engine/sessions.ts';
import {
  createSessionServer,
  type SessionServer,
  type SessionServerOptions,
} from '../../../src/server/http/session-server.ts';
import { createMemoryStore } from '../../../src/server/stores/memory.ts';
import { createAccessTokens, type AccessTokens } from '../../../src/server/tokens/access-tokens.ts';
import { createMac } from '../../../src/server/tokens/mac.ts';
import { createRandom } from '../../../src/server/tokens/random.ts';
import { memoryKeyStore } from '../../../src/server/tokens/key-store.ts';
import { generateSigningKey } from '../../../src/server/tokens/signing-key.ts';
import { provingClient, type ProvingClient } from '../tokens/proving-client.ts';

export const origin = 'https://app.example.com';
export const baseUrl = 'https://api.example.com';
export const startedAt: number = Date.UTC(2026, 0, 5, 12);

export interface ServerUnderTest extends Client {
  server: SessionServer;
  sessions: Sessions;
  tokens: AccessTokens;
  clock: { now: () => number; advance: (ms: number) => void };
  errors: unknown[];
  /** A client with a key of its own, by the clock of the server. */
  provingClient(): Promise<ProvingClient>;
}

interface Client {
  call(method: string, path: string, init?: CallInit): Promise<Response>;
  signIn(init?: CallInit & { username?: string; remember?: boolean }): Promise<TokenResponse>;
  refresh(token: string, key?: string | null, init?: CallInit & { form?: Record<string, string> }): Promise<Response>;
}

export interface CallInit {
  headers?: Record<string, string>;
  json?: unknown;
  form?: Record<string, string>;
  body?: string;
  accessToken?: string;
  env?: unknown;
}

// Making a key is the slow part of a test; which one it is does not matter.
const signingKey = generateSigningKey('ES256', { now: startedAt, signsFrom: startedAt });

export const attemptKey = (name: string | number): string => String(name).padEnd(22, '-');

/** The whole server on a memory store and a clock that stands still. */
export async function serverUnderTest(options: Partial<SessionServerOptions> = {}): Promise<ServerUnderTest> {
  let now = startedAt;
  const clock = { now: () => now, advance: (ms: number) => void (now += ms) };
  const secret = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
  const sessions = createSessions({
    store: createMemoryStore(),
    clock,
    mac: createMac({ secrets: { 1: secret(1) }, current: 1, userTagSecret: secret(2) }),
    random: createRandom(),
  });
  const keyStore = memoryKeyStore();
  await keyStore.add(await signingKey);
  const tokens = createAccessTokens({ issuer: baseUrl, audience: baseUrl, keyStore, clock });
  const errors: unknown[] = [];
  const server = createSessionServer({
    sessions,
    tokens,
    origins: [origin],
    authenticate: ({ username, password }) =>
      password === 'right' && username !== 'nobody' ? { id: `user_${username as string}`, name: 'Somebody' } : null,
    clock,
    onError: (error) => void errors.push(error),
    ...options,
  });

  const call: Client['call'] = async (method, path, init = {}) => {
    const { json, form, accessToken } = init;
    const headers = new Headers({ origin, ...init.headers });
    for (const [name, value] of [...headers]) if (value === '(none)') headers.delete(name);
    if (accessToken !== undefined) headers.set('authorization', `Bearer ${accessToken}`);
    let body = init.body;
    if (json !== undefined) {
      headers.set('content-type', 'application/json');
      body = JSON.stringify(json);
    }
    if (form) {
      headers.set('content-type', 'application/x-www-form-urlencoded');
      body = new URLSearchParams(form).toString();
    }
    const request = { method, headers, ...(body === undefined ? {} : { body }) };
    return server.fetch(new Request(baseUrl + path, request), init.env);
  };

  return {
    server,
    sessions,
    tokens,
    clock,
    errors,
    call,
    signIn: async ({ username = 'ada', remember = false, ...init } = {}) => {
      const json = { credentials: { username, password: 'right' }, remember };
      const answer = await call('POST', '/sessions', { json, ...init });
      if (answer.status !== 201) throw new Error(`sign-in answered ${answer.status}: ${await answer.text()}`);
      return (await answer.json()) as TokenResponse;
    },
    refresh: async (token, key = attemptKey('first'), { form, ...init } = {}) =>
      call('POST', '/token', {
        form: { grant_type: 'refresh_token', refresh_token: token, ...form },
        ...init,
        headers: { ...(key === null ? {} : { 'idempotency-key': key }), ...init.headers },
      }),
    provingClient: () => provingClient(() => now),
  };
}

/** The body of an answer, for looking at. */
export async function bodyOf(answer: Response): Promise<Record<string, unknown>> {
  return (await answer.json()) as Record<string, unknown>;
}
