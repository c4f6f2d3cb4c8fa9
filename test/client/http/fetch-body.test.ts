import { describe, expect, test } from 'vitest';
import { api, expired, ok, world } from './api-under-test.ts';

describe('A5: the body of a retry', () => {
  const text = 'text, ümläut and 🦜';
  const bytes = new TextEncoder().encode(text);
  const form = (): FormData => {
    const data = new FormData();
    data.set('name', text);
    data.set('file', new File([bytes], 'a.bin'));
    return data;
  };

  // TypeScript's DOM does not know `duplex` yet, without which a stream is not sent.
  const stream = (method: string): RequestInit =>
    ({ method, body: new Blob([bytes]).stream(), duplex: 'half' }) as RequestInit;

  test.each<[string, () => BodyInit | undefined]>([
    ['text', () => text],
    ['JSON', () => JSON.stringify({ text })],
    ['FormData', form],
    ['Blob', () => new Blob([bytes], { type: 'image/png' })],
    ['ArrayBuffer', () => bytes.slice().buffer],
    ['Uint8Array', () => bytes],
    ['URLSearchParams', () => new URLSearchParams({ text })],
    ['nothing', () => undefined],
  ])('is byte by byte the same: %s', async (_, body) => {
    const there = world(expired);
    const given = body();
    const answer = await there.fetch('users', { method: 'POST', ...(given === undefined ? {} : { body: given }) });
    expect(answer.status).toBe(200);
    const [first, second] = there.sent;
    expect(second?.body).toEqual(first?.body);
    expect(second?.headers.get('content-type')).toBe(first?.headers.get('content-type'));
    expect(first?.body.length === 0).toBe(given === undefined);
  });

  test.each<[string, () => Request]>([
    ['with text', () => new Request(api, { method: 'PUT', body: text })],
    ['with a form', () => new Request(api, { method: 'PUT', body: form() })],
    ['with a stream', () => new Request(api, stream('PUT'))],
  ])('is the same for a Request %s', async (_, request) => {
    const there = world(expired);
    expect((await there.fetch(request())).status).toBe(200);
    expect(there.sent[0]?.body.length).toBeGreaterThan(0);
    expect(there.sent[1]?.body).toEqual(there.sent[0]?.body);
  });

  test('is the same although the caller went on using its buffer', async () => {
    const buffer = bytes.slice();
    const there = world((sent) => (buffer.fill(0), expired(sent)));
    await there.fetch('users', { method: 'POST', body: buffer });
    expect(there.sent.map(({ body }) => new TextDecoder().decode(body))).toEqual([text, text]);
  });

  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield bytes;
  }
  test.each<[string, () => unknown]>([
    ['a ReadableStream', () => new Blob([bytes]).stream()],
    ['an async iterable, as Node takes them', chunks],
  ])('cannot be: %s is sent once, and the caller is told', async (_, body) => {
    const there = world(expired);
    const init = { method: 'POST', body: body(), duplex: 'half' } as RequestInit;
    await expect(there.fetch('users', init)).rejects.toMatchObject({
      code: 'body_not_replayable',
      status: 401,
      retryable: false,
    });
    expect(there.sent.map(({ body: sent }) => new TextDecoder().decode(sent))).toEqual([text]);
    expect(there.authorizer.refreshes).toBe(1);
  });

  test('a stream that is taken at once is fine', async () => {
    const there = world(ok);
    const answer = await there.fetch('users', stream('POST'));
    expect([answer.status, there.sent.length]).toEqual([200, 1]);
  });
});
