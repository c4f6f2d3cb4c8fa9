import { createSessionManager, type SessionManager, type SessionOptions } from 'sojourn';
import { expect, onTestFinished, test, vi } from 'vitest';
import { memoryVault } from '../../../src/client/vaults/memory.ts';

const url = 'https://auth.example.com';
const refused = { code: 'invalid_argument', retryable: false };

function manager(options: object): { session: SessionManager; sent: ReturnType<typeof vi.fn> } {
  const sent = vi.fn<typeof fetch>(async () => new Response(null, { status: 503 }));
  const session = createSessionManager({ url, vault: memoryVault(), liveEvents: false, fetch: sent, ...options });
  onTestFinished(session.dispose);
  return { session, sent };
}

test.each<[string, unknown]>([
  ['no options', undefined],
  ['a url without a scheme', { url: 'localhost:4000' }],
  ['a url of another scheme', { url: 'ftp://localhost:4000' }],
  ['a path where there is no page', { url: '/auth' }],
  ['a transport without an address', { transport: {} }],
])('%s cannot make a manager', (_, options) => {
  expect(() => createSessionManager(options as SessionOptions)).toThrow(expect.objectContaining(refused));
});

test.each<[string, unknown]>([
  ['apiOrigins', ['api.example.com']],
  ['apiOrigins', ['*']],
  ['apiOrigins', url],
  ['persistence', 'localStorage'],
  ['accessTokens', 'none'],
  ['tokens', 'hide'],
  ['binding', 'off'],
  ['onIdentityChange', 'ignore'],
  ['idle', '30m'],
  ['idle', true],
  ['idle', null],
  ['idle', { extendBy: 'dialog' }],
])('%s: %j is refused by name at the first use, before anything is sent', async (name, value) => {
  const { session, sent } = manager({ [name]: value });
  for (let call = 0; call < 2; call++)
    await expect(session.signIn({ username: 'ada' })).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining(name),
    });
  expect(sent).not.toHaveBeenCalled();
});

test('a sign-out of an unknown scope ends nothing', async () => {
  const { session, sent } = manager({});
  await expect(session.signOut({ scope: 'everything' as 'all' })).rejects.toMatchObject(refused);
  expect(sent).not.toHaveBeenCalled();
});
