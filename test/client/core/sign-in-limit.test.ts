import { createSessionManager, type SessionOptions } from 'sojourn';
import { fakeClock, fakePlatform } from 'sojourn/testing';
import { expect, test, vi } from 'vitest';
import type { SignInAttempt, TokenAnswer } from '../../../src/client/core/transport.ts';
import { referenceTransport } from '../../../src/client/transports/reference.ts';
import { memoryVault } from '../../../src/client/vaults/memory.ts';
import { SessionError } from '../../../src/protocol/session-error.ts';

const url = 'https://auth.example.com';
const never = vi.fn<typeof fetch>(() => new Promise(() => {}));
const transport = referenceTransport({ url, requestTimeoutMs: 60_000 });
/** Tells of an abort in words of its own. */
const strangers = vi.fn<(attempt: SignInAttempt) => Promise<TokenAnswer>>(
  ({ signal }) =>
    new Promise((resolve) => {
      const error = new SessionError('network_error', 'The connection was closed.');
      (signal as AbortSignal).addEventListener('abort', () => resolve({ kind: 'failed', error }));
    }),
);

test.each<[string, unknown, Partial<SessionOptions>]>([
  ['our own transport', never, { url, fetch: never }],
  ['another one', strangers, { transport: { ...transport, signIn: strangers } }],
])(
  '%s: a sign-in that nobody answers ends in time, as a timeout that is worth another try',
  async (_, sent, options) => {
    const clock = fakeClock();
    const manager = createSessionManager({
      binding: 'none',
      requestTimeout: '8s',
      vault: memoryVault(),
      platform: fakePlatform({ clock }),
      ...options,
    });
    const failed = manager.signIn({ username: 'ada' }).catch((error: unknown) => error);
    await vi.waitFor(() => expect(sent).toHaveBeenCalledOnce());
    await clock.advance(8000);
    expect(await failed).toMatchObject({ code: 'timeout', retryable: true });
    manager.dispose();
  },
);
