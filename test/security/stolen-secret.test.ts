import { beforeEach, describe, expect, it } from 'vitest';
import { createTokenMinter } from '../../src/server/engine/refresh-token.ts';
import { createMac } from '../../src/server/tokens/mac.ts';
import {
  attemptKey,
  baseUrl,
  bodyOf,
  serverUnderTest,
  type ServerUnderTest,
} from '../server/http/server-under-test.ts';
import { hashOf } from '../server/tokens/hash-of.ts';

const secret = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
/** Somebody with a copy of the server's secrets, who has seen a session id. */
const forger = createTokenMinter(createMac({ secrets: { 1: secret(1) }, current: 1, userTagSecret: secret(2) }));

let on: ServerUnderTest;
beforeEach(async () => void (on = await serverUnderTest()));

describe('whoever has the secret of the server', () => {
  it('cannot use it on a bound session, nor end it', async () => {
    const [owner, thief] = [await on.provingClient(), await on.provingClient()];
    const stay = await on.signIn({ headers: { dpop: await owner.prove('POST', `${baseUrl}/sessions`) } });
    const forged = await forger.refreshToken(stay.session_id, 0);
    expect(forged).toBe(stay.refresh_token);
    const claims = { idk: attemptKey('thief'), rth: hashOf(forged) };
    for (const headers of [{}, { dpop: await thief.prove('POST', `${baseUrl}/token`, { claims }) }])
      expect(await bodyOf(await on.refresh(forged, attemptKey('thief'), { headers }))).toMatchObject({
        error: 'invalid_dpop_proof',
      });
    expect(await on.sessions.isValid(stay.session_id)).toBe(true);
  });

  it('gets into a session that is not bound, and is found out when its owner refreshes', async () => {
    const stay = await on.signIn();
    const forged = await forger.refreshToken(stay.session_id, 0);
    expect((await on.refresh(forged, attemptKey('thief'))).status).toBe(200);
    expect(await bodyOf(await on.refresh(stay.refresh_token!, attemptKey('owner')))).toMatchObject({
      reason: 'reuse_detected',
    });
    expect(await bodyOf(await on.refresh(await forger.refreshToken(stay.session_id, 1), attemptKey(3)))).toMatchObject({
      reason: 'reuse_detected',
    });
  });

  it('cannot make a session that the store does not have, nor bring one back', async () => {
    const stay = await on.signIn();
    const elsewhere = await (await serverUnderTest()).signIn({ username: 'grace' });
    expect(await bodyOf(await on.refresh(await forger.refreshToken(elsewhere.session_id, 0)))).toMatchObject({
      reason: 'expired',
    });
    await on.sessions.revoke(stay.session_id, 'revoked');
    for (const generation of [0, 1, 1000])
      expect(await bodyOf(await on.refresh(await forger.refreshToken(stay.session_id, generation)))).toMatchObject({
        reason: 'revoked',
      });
  });

  it('can sign no access token: those have keys of their own', async () => {
    const { access_token: token } = await on.signIn();
    const [header, payload] = token.split('.') as [string, string];
    const hmac = { name: 'HMAC', hash: 'SHA-256' };
    const key = await crypto.subtle.importKey('raw', new Uint8Array(secret(1)), hmac, false, ['sign']);
    for (const head of [header, Buffer.from('{"alg":"HS256","typ":"at+jwt","kid":"1"}').toString('base64url')]) {
      const text = `${head}.${payload}`;
      const signature = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(text));
      const accessToken = `${text}.${Buffer.from(signature).toString('base64url')}`;
      expect(await bodyOf(await on.call('GET', '/session', { accessToken }))).toMatchObject({ code: 'invalid_token' });
    }
  });
});
