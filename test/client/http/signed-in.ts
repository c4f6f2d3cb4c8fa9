import type { SetupServer } from 'msw/node';
import type { Authorization, Authorizer } from '../../../src/client/core/authorizer.ts';
import type { SigningKey } from '../../../src/client/core/ports.ts';
import type { Grant, TokenAnswer } from '../../../src/client/core/transport.ts';
import { createFetch, type AuthorizedFetch } from '../../../src/client/http/fetch.ts';
import { webKeys } from '../../../src/client/platform/keys.ts';
import { referenceTransport } from '../../../src/client/transports/reference.ts';
import type { SessionServerOptions } from '../../../src/server/http/session-server.ts';
import { SessionError } from '../../../src/protocol/session-error.ts';
import { sessionHandlers } from '../../../src/testing/msw.ts';
import { attemptKey, baseUrl, serverUnderTest, type ServerUnderTest } from '../../server/http/server-under-test.ts';

/** A person who is signed in at the real server with a bound token: what the manager does, without its care. */
export interface SignedIn extends AuthorizedFetch {
  world: ServerUnderTest;
  grant(): Grant;
  refreshes: number;
  requests: string[];
}

export async function signedIn(network: SetupServer, options: Partial<SessionServerOptions> = {}): Promise<SignedIn> {
  const world = await serverUnderTest(options);
  const keys = webKeys();
  const key = (await keys.create()) as SigningKey;
  const { now } = world.clock;
  const requests: string[] = [];
  const noting = (request: Request): Promise<Response> => {
    requests.push(`${request.method} ${new URL(request.url).pathname}`);
    return world.server.fetch(request);
  };
  network.use(...sessionHandlers({ ...world.server, fetch: noting }, { baseUrl }));
  const transport = referenceTransport({ url: baseUrl, requestTimeoutMs: 1000 });
  const { signal } = new AbortController();
  let nonce: string | undefined;
  let grant: Grant;

  /** Again with the server's nonce, if it wants one. */
  async function proven(
    subject: { url: string; refreshToken?: string; attemptKey?: string },
    send: (proof: string) => Promise<TokenAnswer>,
  ): Promise<Grant> {
    const answer = await send(await keys.prove(key, { method: 'POST', now: now(), nonce, ...subject }));
    if (answer.kind === 'granted') return answer.grant;
    if (answer.kind === 'use_nonce' && answer.nonce !== nonce) {
      nonce = answer.nonce;
      return proven(subject, send);
    }
    if (answer.kind === 'failed') throw answer.error;
    throw new SessionError(
      'session_ended',
      `The refresh was answered ${answer.kind}.`,
      answer.kind === 'ended' ? { reason: answer.reason } : {},
    );
  }

  const { signInUrl, tokenUrl } = transport;
  const credentials = { username: 'ada', password: 'right' };
  grant = await proven({ url: signInUrl ?? '' }, (proof) =>
    transport.signIn({ credentials, remember: false, proof, signal }),
  );
  requests.length = 0;

  const authorization = (): Authorization => ({
    accessToken: grant.accessToken,
    tokenType: grant.tokenType,
    key,
    userId: 'user_ada',
    signal,
    offsetMs: 0,
  });
  const authorizer: Authorizer = {
    authorize: async () => authorization(),
    async reauthorize({ accessToken }) {
      if (accessToken === grant.accessToken) {
        const { sessionId, generation, refreshToken } = grant;
        const attempt = {
          sessionId,
          generation,
          refreshToken,
          attemptKey: attemptKey(generation),
          attempts: [],
          signal,
        };
        const subject = { url: tokenUrl, refreshToken: refreshToken ?? '', attemptKey: attempt.attemptKey };
        grant = await proven(subject, (proof) => transport.refresh({ ...attempt, proof }));
        client.refreshes += 1;
      }
      return authorization();
    },
    isCurrent: () => true,
    reportRejected: () => {},
  };
  const made = createFetch({ authorizer, keys, clock: { now }, origins: [baseUrl], baseUrl });
  const client: SignedIn = { ...made, world, grant: () => grant, refreshes: 0, requests };
  return client;
}
