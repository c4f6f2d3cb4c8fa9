import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAccessTokens } from 'sojourn/server';
import {
  demandStepUp,
  StepUpRequired,
  verifyAccessToken,
  type AccessClaims,
  type StepUpDemand,
} from 'sojourn/server/verify';
import { aSession } from './a-session.ts';
import { provingClient } from './proving-client.ts';

const now = Date.UTC(2026, 0, 5, 12);
type Said = Pick<AccessClaims, 'auth_time' | 'acr' | 'cnf'>;

/** The challenge, or null when the request may pass. */
function challengeOf(claims: Said, demand: StepUpDemand): string | null {
  try {
    demandStepUp(claims, { now: () => now, ...demand });
    return null;
  } catch (error) {
    if (!(error instanceof StepUpRequired)) throw error;
    expect(error).toMatchObject({ name: 'SessionError', code: 'step_up_required', status: 401, retryable: false });
    return error.headers['WWW-Authenticate'] ?? '';
  }
}
const ago = (seconds: number): Said => ({ auth_time: now / 1000 - seconds });

describe('demandStepUp', () => {
  it.each<[string, Said, StepUpDemand]>([
    ['anybody, when nothing is asked for', ago(1e6), {}],
    ['a proof that is just new enough', ago(300), { maxAge: '5m' }],
    ['a proof of a moment ago, by a clock that is ahead', ago(-2), { maxAge: '5m' }],
    ['the way that is asked for', { ...ago(1e6), acr: 'mfa' }, { acr: 'mfa' }],
    ['any of the ways', { ...ago(1e6), acr: 'b' }, { acr: ['a', 'b'] }],
    ['both at once', { ...ago(1), acr: 'mfa' }, { acr: 'mfa', maxAge: 10 }],
  ])('lets pass: %s', (_what, claims, demand) => {
    expect(challengeOf(claims, demand)).toBeNull();
  });

  const start = 'error="insufficient_user_authentication", error_description="Authenticate again"';
  it.each<[string, Said, StepUpDemand, string]>([
    ['too long ago', ago(301), { maxAge: '5m' }, `Bearer ${start}, max_age="300"`],
    ['done in no known way', ago(1), { acr: 'mfa' }, `Bearer ${start}, acr_values="mfa"`],
    ['done in another way', { ...ago(1), acr: 'pwd' }, { acr: ['a', 'b'] }, `Bearer ${start}, acr_values="a b"`],
    [
      'right in one respect',
      { ...ago(11), acr: 'mfa' },
      { acr: 'mfa', maxAge: 10 },
      `Bearer ${start}, max_age="10", acr_values="mfa"`,
    ],
    ['of a bound token', { ...ago(11), cnf: { jkt: 'x' } }, { maxAge: 10 }, `DPoP ${start}, max_age="10"`],
  ])('asks again for what was %s', (_what, claims, demand, challenge) => {
    expect(challengeOf(claims, demand)).toBe(challenge);
  });

  it.each([undefined, null, 'yesterday', {}])('takes %j for no time at all', (time) => {
    expect(challengeOf({ auth_time: time as never }, { maxAge: '10y' })).toContain('max_age=');
  });

  it.each<[StepUpDemand, string]>([
    [{ maxAge: 0 }, 'invalid_duration'],
    [{ maxAge: 'soon' as never }, 'invalid_duration'],
    [{ acr: 'a b' }, 'invalid_argument'],
    [{ acr: ['a"b'] }, 'invalid_argument'],
    [{ acr: '' }, 'invalid_argument'],
  ])('refuses the demand %j', (demand, code) => {
    expect(() => demandStepUp(ago(1), demand)).toThrow(expect.objectContaining({ code }));
  });

  it('lets nothing into the header that could end it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (acr) => {
        try {
          expect(challengeOf(ago(1), { acr })).toMatch(/acr_values="[!#-[\]-~]+"$/);
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid_argument' });
        }
      }),
    );
  });
});

describe('an access token', () => {
  const tokens = createAccessTokens({ issuer: 'https://i', audience: 'https://a', clock: { now: () => now } });
  const verified = async (session: ReturnType<typeof aSession>, requireBound = false): Promise<AccessClaims> => {
    const { token } = await tokens.issue({ session, stamp: 1, bound: false });
    const request = new Request('https://api.example.com/', { headers: { authorization: `Bearer ${token}` } });
    const options = { jwks: await tokens.keySet(), issuer: 'https://i', audience: 'https://a', now: () => now };
    return verifyAccessToken(request, { ...options, requireBound });
  };

  it('says when and how its person proved who they are, and nothing of how where nobody knows', async () => {
    const session = aSession({ authenticatedAt: now - 61_500, acr: 'mfa' });
    expect(await verified(session)).toMatchObject({ auth_time: now / 1000 - 62, acr: 'mfa' });
    expect(await verified(aSession())).not.toHaveProperty('acr');
  });

  it('that is bound to no key is refused where only bound ones pass', async () => {
    await expect(verified(aSession(), true)).rejects.toMatchObject({ code: 'invalid_token', status: 401 });
  });

  it('that is bound passes there', async () => {
    const client = await provingClient(() => now);
    const session = aSession({ keyThumbprint: client.thumbprint });
    const { token } = await tokens.issue({ session, stamp: 1, bound: true });
    const ath = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(token))).toString('base64url');
    const dpop = await client.prove('GET', 'https://api.example.com/', { claims: { ath } });
    const request = new Request('https://api.example.com/', { headers: { authorization: `DPoP ${token}`, dpop } });
    const options = { jwks: await tokens.keySet(), issuer: 'https://i', audience: 'https://a', now: () => now };
    await expect(verifyAccessToken(request, { ...options, requireBound: true })).resolves.toHaveProperty('cnf');
  });
});
