import type { TokenResponse } from '../../../src/protocol/token-response.ts';
import type { OpenapiDocument } from '../../../src/server/http/openapi/document.ts';
import type { SessionServerOptions } from '../../../src/server/http/session-server.ts';
import { baseUrl, origin, serverUnderTest } from '../http/server-under-test.ts';
import { buildRequest } from './build-request.ts';
import type { CheckAnswer, ReadAnswer } from './check-answer.ts';
import { createLiveValues } from './live-values.ts';
import { apiKey, type Plan } from './planned-request.ts';

/** What was seen while plans were played, in numbers. */
export interface Seen {
  requests: number;
  /** By operation and status, such as `signIn 201`. */
  answers: Map<string, number>;
}

/** A server with every route there is. */
export const everything: Partial<SessionServerOptions> = {
  adminKeys: [apiKey],
  introspectionKey: apiKey,
  metrics: { key: apiKey },
  log: () => undefined,
  findUser: (id) => ({ id }),
};

/** The document of a server, from the server. */
export async function readDocument(options: Partial<SessionServerOptions>): Promise<OpenapiDocument> {
  const { call } = await serverUnderTest(options);
  return (await (await call('GET', '/openapi.json')).json()) as OpenapiDocument;
}

/** Sends plans one after the other to a new server. Answers what is wrong with the first answer that is. */
export async function playPlans(
  plans: readonly Plan[],
  { options, check, seen }: { options: Partial<SessionServerOptions>; check: CheckAnswer; seen: Seen },
): Promise<string[]> {
  const on = await serverUnderTest(options);
  const client = await on.provingClient();
  const live = createLiveValues();
  const { tag } = await on.sessions.types.define({ tag: 'kiosk', windowMs: 600_000 });
  const { session } = await on.sessions.create({ userId: 'user_ada', type: tag });
  live.learn({ tag, session_id: session.id, remember_token: await on.sessions.remember.issue('user_ada') });
  for (const username of ['ada', 'grace']) {
    const json = { credentials: { username, password: 'right' } };
    const answer = await on.call('POST', '/sessions', { json });
    live.keepCookies(answer.headers);
    const signedIn = (await answer.json()) as TokenResponse;
    await on.sessions.data.replace(signedIn.session_id, { a: 1, cart: ['book'] });
    live.learn(signedIn);
  }
  for (const plan of plans) {
    on.clock.advance(plan.waitMs);
    const { method, target, headers, body } = await buildRequest(plan, { live, client, origin, baseUrl });
    const request = new Request(baseUrl + target, { method, headers, ...(body === null ? {} : { body }) });
    const answer = await read(await on.server.fetch(request));
    seen.requests += 1;
    const name = `${plan.operation} ${answer.status}`;
    seen.answers.set(name, (seen.answers.get(name) ?? 0) + 1);
    const problems = check({ method, pathname: new URL(request.url).pathname }, answer, live.secrets());
    if (on.errors.length > 0) problems.push(`The server reports: ${String(on.errors[0])}`);
    if (problems.length > 0) return problems;
    live.keepCookies(answer.headers);
    learn(live, answer);
  }
  on.server.drain();
  return [];
}

async function read(answer: Response): Promise<ReadAnswer> {
  const { status, headers } = answer;
  if (!headers.get('content-type')?.startsWith('text/event-stream'))
    return { status, headers, text: await answer.text() };
  await answer.body?.cancel();
  return { status, headers, text: answer.body === null ? '' : null };
}

function learn(live: ReturnType<typeof createLiveValues>, { status, text }: ReadAnswer): void {
  if (status >= 300 || !text?.startsWith('{')) return;
  live.learn(JSON.parse(text));
}
