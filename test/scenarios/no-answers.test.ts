import { describe, expect, it } from 'vitest';
import { refusal, signedIn, untilExpired } from './signed-in.ts';
import { ended, expectRecovery, expectUntouched, json, page, troubleTokens } from './trouble.ts';

const minute = 60_000;

const failing = (cause: string, message = 'fetch failed'): Error =>
  new TypeError(message, { cause: Object.assign(new Error(cause), { code: cause }) });

function brokenBody(): ReadableStream {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"access_token":"'));
      controller.error(new TypeError('terminated'));
    },
  });
}

describe('requests without an answer', () => {
  it.each<[string, () => Response | Promise<Response>]>([
    ['Chromium finds no network', () => Promise.reject(new TypeError('Failed to fetch'))],
    [
      'Firefox finds no network',
      () => Promise.reject(new TypeError('NetworkError when attempting to fetch resource.')),
    ],
    ['Safari finds no network', () => Promise.reject(new TypeError('Load failed'))],
    ['the connection is reset', () => Promise.reject(failing('ECONNRESET'))],
    ['the name cannot be resolved', () => Promise.reject(failing('ENOTFOUND'))],
    ['the certificate is over', () => Promise.reject(failing('CERT_HAS_EXPIRED'))],
    ['the browser aborts it', () => Promise.reject(new DOMException('The user aborted a request.', 'AbortError'))],
    ['the browser runs out of patience', () => Promise.reject(new DOMException('signal timed out', 'TimeoutError'))],
    ['a service worker answers with an error', () => Promise.reject(new TypeError('Response.error()'))],
    // oxlint-disable-next-line prefer-promise-reject-errors
    ['a library rejects with nothing', () => Promise.reject(undefined)],
    [
      'the answer breaks off in its body',
      () => new Response(brokenBody(), { headers: { 'Content-Type': 'application/json' } }),
    ],
  ])('E1: %s: signed in all the same, and tried again by itself', async (_, trouble) => {
    const { world, ...ada } = await signedIn();
    const attempts = troubleTokens(world, trouble);
    await expect(refusal(world, ada.session.refresh())).resolves.toMatchObject({
      name: 'SessionError',
      retryable: true,
    });
    expectUntouched(world, ada);
    await untilExpired(world, ada.session);
    await expect(refusal(world, ada.session.getAccessToken())).resolves.toMatchObject({ retryable: true });
    expectUntouched(world, ada);
    expect(attempts()).toBeGreaterThan(1);
    await expectRecovery(world, ada);
  });

  it('E1: no answer comes: the request is given up in time, and the next one is made', async () => {
    const { world, ...ada } = await signedIn({ requestTimeout: '20ms' });
    troubleTokens(
      world,
      ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    );
    await expect(ada.session.refresh()).rejects.toMatchObject({ code: 'timeout', retryable: true });
    expectUntouched(world, ada);
    await expectRecovery(world, ada, 5 * minute);
  });
});

describe('a server that is being deployed', () => {
  it.each([500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 530])(
    'E2: ten minutes of %i, whatever is in the body: nobody is signed out, and one pause later all is well',
    async (status) => {
      const { world, ...ada } = await signedIn();
      const bodies = [() => json(status, ended), () => page(status), () => new Response(null, { status })];
      let turn = 0;
      const attempts = troubleTokens(world, () => (bodies[turn++ % bodies.length] as () => Response)());
      await world.clock.advance(3 * minute + 10 * minute);
      expectUntouched(world, ada);
      expect(ada.connections).toEqual(['degraded']);
      // From 1 s to 60 s, of which the second half is random: one every 30 s at most.
      expect(attempts()).toBeLessThanOrEqual(6 + 20);
      expect(attempts()).toBeGreaterThan(8);
      await expectRecovery(world, ada);
    },
  );
});
