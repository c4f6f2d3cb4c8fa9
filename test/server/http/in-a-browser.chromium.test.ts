import { expect, it } from 'vitest';
import { provingClient } from '../tokens/proving-client.ts';
import { attemptKey, baseUrl, serverUnderTest } from './server-under-test.ts';

it('runs whole in a browser: no Node, WebCrypto for every signature', async () => {
  const { signIn, refresh, call, clock } = await serverUnderTest();
  const first = await signIn();
  expect(first).toMatchObject({ generation: 0, user: { id: 'user_ada' } });
  const next: unknown = await (await refresh(first.refresh_token!)).json();
  expect(next).toMatchObject({ generation: 1 });
  const replayed: unknown = await (await refresh(first.refresh_token!)).json();
  expect(replayed).toMatchObject({ generation: 1 });
  const thief: unknown = await (await refresh(first.refresh_token!, attemptKey('thief'))).json();
  expect(thief).toMatchObject({ reason: 'reuse_detected' });

  const second = await signIn();
  const answer = await call('GET', '/events', { accessToken: second.access_token });
  const reader = answer.body!.getReader();
  expect(new TextDecoder().decode((await reader.read()).value)).toBe(': open\n\n');
  await reader.cancel();

  const client = await provingClient(clock.now);
  const dpop = await client.prove('POST', `${baseUrl}/sessions`);
  expect(await signIn({ headers: { dpop } })).toMatchObject({ token_type: 'DPoP' });
});
