import 'fake-indexeddb/auto';
import { createSessionManager, type SessionManager, type SessionOptions } from 'sojourn';
import { expect, onTestFinished, test, vi } from 'vitest';
import { oauth2Transport } from '../../../src/client/transports/oauth2.ts';
import { baseUrl, serverUnderTest } from '../../server/http/server-under-test.ts';

const elsewhere = 'https://staging.example.com';
const nobody = vi.fn<typeof fetch>(async () => new Response(null, { status: 503 }));

function manager(options: SessionOptions): SessionManager {
  const made = createSessionManager({ liveEvents: false, ...options });
  onTestFinished(made.dispose);
  return made;
}

/** A manager with somebody signed in, in the storage that all have in common. */
async function signedIn(name: string): Promise<{ session: SessionManager; send: typeof fetch }> {
  const { server } = await serverUnderTest();
  const send: typeof fetch = async (input, init) => server.fetch(new Request(input, init));
  const session = manager({ url: baseUrl, name, fetch: send });
  await session.signIn({ username: 'ada', password: 'right' });
  return { session, send };
}

test.each<[string, SessionOptions]>([
  ['another host', { url: elsewhere }],
  ['another path', { url: `${baseUrl}/other` }],
  ['another port', { url: `${baseUrl}:8443` }],
  ['a transport', { transport: oauth2Transport({ tokenUrl: `${elsewhere}/token`, fetch: nobody }) }],
])(
  'a session is never shown to a manager of its name whose server is %s, nor sent there, nor ended',
  async (what, options) => {
    const { session } = await signedIn(what);
    const other = manager({ name: what, fetch: nobody, ...options });
    expect(await other.ready()).toMatchObject({ status: 'unauthenticated', endReason: null });
    await expect(other.refresh()).rejects.toMatchObject({ code: 'unauthenticated' });
    await other.signOut();
    expect(other.name).toBe(what);
    expect(nobody).not.toHaveBeenCalled();
    await session.refresh();
    expect(session.getState()).toMatchObject({ status: 'authenticated' });
  },
);

test.each([`${baseUrl}/`, `${baseUrl}:443`, baseUrl.replace('https', 'HTTPS')])(
  'the same server by another spelling, %s, has the same session',
  async (url) => {
    const { session, send } = await signedIn(url);
    const other = manager({ url, name: url, fetch: send });
    expect(await other.ready()).toMatchObject({ status: 'authenticated' });
    await other.refresh();
    await session.refresh();
  },
);

test('the place that a sign-in names is as short as the server demands, however long the address is', async () => {
  const bodies: string[] = [];
  const session = manager({
    url: `${baseUrl}/${'tenant'.repeat(40)}`,
    cookies: true,
    fetch: async (_, init) => {
      bodies.push(String(init?.body));
      return new Response(null, { status: 503 });
    },
  });
  await expect(session.signIn({ username: 'ada' })).rejects.toMatchObject({ code: 'server_error' });
  expect((JSON.parse(bodies[0] ?? '') as { place: string }).place).toMatch(/^default@https:.{114}$/);
});
