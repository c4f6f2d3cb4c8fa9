import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apiKey, remoteWorld, type RemoteWorld } from '../remote/remote-world.ts';

let world: RemoteWorld;

beforeEach(async () => {
  world = await remoteWorld();
});
afterEach(() => world.close());

/** Sends parts one by one, so that nobody announces a length. */
function send(path: string, parts: readonly string[], type: string): Promise<Response> {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': type };
  return fetch(world.url + path, { method: 'POST', body, headers, duplex: 'half' } as RequestInit);
}

describe('a body of no announced length', () => {
  it('is read by a real server', async () => {
    const answer = await send('/admin/sessions', ['{"user', '_id":"ada"}'], 'application/json');
    expect([answer.status, await answer.json()]).toMatchObject([201, { session: { user_id: 'ada' } }]);
    const form = await send('/revoke', ['token=', 'nonsense'], 'application/x-www-form-urlencoded');
    expect(form.status).toBe(200);
  });

  it('is refused once it is too long', async () => {
    const parts = ['{"user_id":"', ...Array.from({ length: 20 }, () => 'a'.repeat(100_000)), '"}'];
    const answer = await send('/admin/sessions', parts, 'application/json');
    expect([answer.status, await answer.json()]).toMatchObject([413, { code: 'payload_too_large' }]);
  });
});
