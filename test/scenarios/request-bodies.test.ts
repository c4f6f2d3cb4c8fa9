import { expect, it } from 'vitest';
import type { SessionManager } from '../../src/index.ts';
import { done } from './done.ts';
import { count, createWorld, type World } from './world.ts';

/** An API of the app's own. */
const uploads = 'https://uploads.example.com';
const bytes = Uint8Array.from({ length: 70_000 }, (_, at) => at % 251);

interface Received {
  type: string | null;
  body: Uint8Array;
}

/** Ada, and an API that refuses the token she has and takes the next one. */
async function refused(): Promise<{ world: World; session: SessionManager; received: Received[] }> {
  const world = createWorld();
  const { session } = world.open({ idle: false, apiOrigins: [uploads] });
  await done(world, session.signIn({ username: 'ada' }));
  const first = await done(world, session.getAccessToken());
  const received: Received[] = [];
  world.proxy = async (request) => {
    if (!request.url.startsWith(uploads)) return null;
    received.push({ type: request.headers.get('content-type'), body: new Uint8Array(await request.arrayBuffer()) });
    return new Response(null, { status: request.headers.get('authorization')?.includes(first) ? 401 : 200 });
  };
  return { world, session, received };
}

function form(): FormData {
  const fields = new FormData();
  fields.set('title', 'Notes “G”');
  fields.set('file', new Blob([bytes], { type: 'application/pdf' }), 'notes.pdf');
  return fields;
}

function stream(): ReadableStream<Uint8Array> {
  return new Blob([bytes]).stream();
}

const json = { body: JSON.stringify({ note: 'ä' }), headers: { 'Content-Type': 'application/json' } };

it.each<[string, () => RequestInit | Request]>([
  ['JSON', () => json],
  ['FormData with a file', () => ({ body: form() })],
  ['a Blob', () => ({ body: new Blob([bytes], { type: 'image/png' }) })],
  ['bytes', () => ({ body: bytes })],
  ['URLSearchParams', () => ({ body: new URLSearchParams({ q: 'a b' }) })],
  ['a Request of its own', () => new Request(`${uploads}/files`, { method: 'POST', body: form() })],
])('A5: the repeat after a 401 carries %s byte by byte', async (_, make) => {
  const { world, session, received } = await refused();
  const given = make();
  const call =
    given instanceof Request ? session.fetch(given) : session.fetch(`${uploads}/files`, { method: 'POST', ...given });
  expect((await done(world, call)).status).toBe(200);
  const [once, again] = received;
  expect(received).toHaveLength(2);
  expect(once?.body.length).toBeGreaterThan(0);
  expect(again).toEqual(once);
});

it('A5: a stream is sent once; then the call says that it cannot be repeated, and made again it goes through', async () => {
  const { world, session, received } = await refused();
  const upload = (): Promise<Response> =>
    done(world, session.fetch(`${uploads}/files`, { method: 'PUT', body: stream(), duplex: 'half' } as RequestInit));
  await expect(upload()).rejects.toMatchObject({ name: 'SessionError', code: 'body_not_replayable' });
  expect(received).toHaveLength(1);
  expect((await upload()).status).toBe(200);
  expect(received.map(({ body }) => body)).toEqual([bytes, bytes]);
  expect(count(world, 'POST /token', 200)).toBe(1);
});

it('A5: with a token that is known to be over, a stream waits for the next one, and is sent whole', async () => {
  const { world, session, received } = await refused();
  world.clock.sleep(6 * 60_000);
  const body = { method: 'PUT', body: stream(), duplex: 'half' } as RequestInit;
  expect((await done(world, session.fetch(`${uploads}/files`, body))).status).toBe(200);
  expect(received.map((one) => one.body)).toEqual([bytes]);
});
