import { expect, test, vi } from 'vitest';
import { createSessionApi } from '../../../src/client/http/session-api.ts';
import { withinLimit } from '../../../src/client/http/within-limit.ts';
import { SessionError } from '../../../src/protocol/session-error.ts';
import { fakeClock } from '../../../src/testing/index.ts';
import { api, never, ok, problem, world, type Answer } from './api-under-test.ts';

const json: Answer = () => Response.json({ data: { a: 1 } });
const tooLate = { code: 'timeout', retryable: true } as const;

function bodyThatStops(): Response {
  const body = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{"data":')) });
  return new Response(body, { headers: { 'Content-Type': 'application/json' } });
}

test.each<[string, typeof fetch]>([
  [
    'a server that never answers',
    (_, init) => new Promise((_ok, fail) => init?.signal?.addEventListener('abort', () => fail(init.signal?.reason))),
  ],
  ['a fetch that ignores its signal', never],
  ['a body that stops in the middle', async () => bodyThatStops()],
])('%s is given up in time', async (_, hanging) => {
  const clock = fakeClock();
  const network = vi.fn<typeof fetch>(hanging);
  const call = withinLimit(network, clock, 10_000)(`${api}/session/data`).catch((error: unknown) => error);
  const settled = vi.fn<() => void>();
  void call.then(settled);
  await clock.advance(9999);
  expect(settled).not.toHaveBeenCalled();
  await clock.advance(1);
  expect(await call).toMatchObject(tooLate);
  expect(network.mock.calls[0]?.[1]?.signal?.aborted).toBe(true);
});

test('every call of the session API is', async () => {
  const clock = fakeClock();
  const { fetch } = world(never);
  const bounded = withinLimit(never, clock, 10_000);
  const { devices, data, ...others } = createSessionApi((url, init) => fetch(url, init, undefined, bounded), api);
  const calls = [
    devices.list(),
    devices.revoke('session_1'),
    data.get(),
    data.set('a', 1),
    data.merge({}),
    data.remove('a'),
    data.clear(),
    others.reauthenticate({}),
    others.touch(),
    others.revokeOthers(),
    others.revokeAll(),
  ].map((call) => call.catch((error: unknown) => error));
  await vi.waitFor(() => expect(clock.pendingTimers()).toBe(calls.length));
  await clock.advance(10_000);
  expect(await Promise.all(calls)).toEqual(calls.map(() => expect.objectContaining(tooLate)));
});

test('leaves the answer as it is, and no timer behind', async () => {
  const clock = fakeClock();
  const answer = await json({} as never);
  const got = await withinLimit(async () => answer, clock, 10_000)(api);
  expect(got).toBe(answer);
  expect(await got.json()).toEqual({ data: { a: 1 } });
  expect(clock.pendingTimers()).toBe(0);
});

test('what ends the request for another reason says that reason', async () => {
  const clock = fakeClock();
  const leave = new AbortController();
  const ended = new SessionError('session_ended', 'The session is over (signed_out).');
  const call = withinLimit(never, clock, 10_000)(api, { signal: leave.signal });
  leave.abort(ended);
  await expect(call).rejects.toBe(ended);
  expect(clock.pendingTimers()).toBe(0);
});

test('a dialog between two requests takes the time that it takes', async () => {
  const clock = fakeClock();
  const asked: Answer[] = [() => problem(401, 'step_up_required'), json];
  const { fetch } = world(ok, {
    stepUp: () => new Promise((resolve) => clock.after(600_000, () => resolve(undefined))),
  });
  const network = withinLimit(async () => (asked.shift() as Answer)({} as never), clock, 10_000);
  const call = createSessionApi((url, init) => fetch(url, init, undefined, network), api).data.get();
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  await clock.advance(600_000);
  expect(await call).toEqual({ a: 1 });
});
