import { decodeProtectedHeader, errors, type JWTHeaderParameters } from 'jose';
import type { AccessClaims } from './access-claims.ts';
import { checkAccessToken, type AccessTokenRules } from './check-access-token.ts';
import { createRecentMap } from './recent-map.ts';

/** Checks tokens, and remembers those that were found good. */
export interface CheckedTokens {
  /** @throws SessionError as {@link checkAccessToken} does */
  claimsOf(token: string, now: number): Promise<AccessClaims>;
}

interface Checked {
  claims: AccessClaims;
  header: JWTHeaderParameters;
  until: number;
}

/** Signatures are checked again after a while. */
const rememberedMs = 60_000;
/** Whether the key of remembered tokens is still there is asked more often: it may have been stolen, and taken away. */
const keyAskedEveryMs = 5_000;
const tokenLimit = 10_000;
const keyLimit = 100;

/** Good tokens are remembered until they end, for a minute at most, and only while their key is in the key set. */
export function createCheckedTokens(rules: Omit<AccessTokenRules, 'now'>): CheckedTokens {
  const { getKey, toleranceMs } = rules;
  const remembered = createRecentMap<Checked>(tokenLimit);
  const keyAskedAt = createRecentMap<number>(keyLimit);

  async function isKeyThere(token: string, header: JWTHeaderParameters, now: number): Promise<boolean> {
    const name = `${header.alg} ${header.kid ?? ''}`;
    const askedAt = keyAskedAt.get(name) ?? Number.NEGATIVE_INFINITY;
    if (now < askedAt + keyAskedEveryMs) return true;
    const [head = '', payload = '', signature = ''] = token.split('.');
    try {
      await getKey(header, { protected: head, payload, signature });
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return false;
      // The keys cannot be had now: what was good a moment ago is no worse for that.
    }
    keyAskedAt.set(name, now);
    return true;
  }

  return {
    claimsOf: async (token, now) => {
      const known = remembered.get(token);
      if (known && now < known.until && (await isKeyThere(token, known.header, now))) return known.claims;
      remembered.delete(token);
      const claims = await checkAccessToken(token, { ...rules, now });
      const header = decodeProtectedHeader(token) as JWTHeaderParameters;
      keyAskedAt.set(`${header.alg} ${header.kid ?? ''}`, now);
      const until = Math.min(claims.exp * 1000 + toleranceMs, now + rememberedMs);
      remembered.set(token, { claims, header, until });
      return claims;
    },
  };
}
