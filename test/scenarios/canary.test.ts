import { describe, expect, it } from 'vitest';
import { fakePlatform } from '../../src/testing/index.ts';
import { createCanary } from './canary.ts';
import { done, signedIn } from './signed-in.ts';

const token = 'a-token-of-the-server';

async function aCanary(): Promise<ReturnType<typeof createCanary>> {
  const canary = createCanary();
  await canary.answered(Response.json({ access_token: token }));
  return canary;
}

describe('the watch over tokens in all scenarios', () => {
  it.each<[string, unknown]>([
    ['a text', `see ${token}`],
    ['a member', { deep: [{ token }] }],
    ['the message of an error', new Error(`refused: ${token}`)],
    ['a cause', { error: new Error('failed', { cause: new Error('of', { cause: { token } }) }) }],
    ['a URL', new URL(`https://app.example.com/?t=${token}`)],
  ])('notices one in %s', async (where, what) => {
    const canary = await aCanary();
    canary.saw('elsewhere', { nothing: 'of the kind' });
    canary.saw(where, what);
    expect(canary.findings()).toEqual([where]);
  });

  it('notices one in a message to other tabs, and one that came as a cookie', async () => {
    const canary = createCanary();
    await canary.answered(new Response(null, { headers: { 'Set-Cookie': `rt=${token}; HttpOnly` } }));
    const channel = canary.listening(fakePlatform()).channel('session');
    channel.post({ v: 1, type: 'changed', sessionId: token });
    channel.close();
    expect(canary.findings()).toEqual(['a message']);
  });

  it('sees the state and the events of a tab', async () => {
    const { world, session } = await signedIn();
    const canary = createCanary();
    canary.watch(session);
    await canary.answered(Response.json({ access_token: 'signed_out' }));
    await done(world, session.signOut());
    expect(canary.findings()).toContain('the event ended');
    expect(canary.findings()).toContain('the state');
  });
});
