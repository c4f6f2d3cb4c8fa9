import type { Context } from 'hono';
import { userSchema, type User } from '../../protocol/session-view.ts';
import { checkAcr } from '../../protocol/acr.ts';
import type { JsonObject } from '../engine/json.ts';
import { countedAddress } from './counted-address.ts';
import type { Authenticated, SignInContext } from './directory.ts';
import { demand } from './limits.ts';
import { noteFacts } from './observer.ts';
import { Refusal } from './refusal.ts';
import type { Service } from './service.ts';

/** Somebody says who they are. */
export interface Attempt {
  context: SignInContext;
  /** Asks the app. @throws Refusal `invalid_credentials`, of unknown accounts, wrong passwords and other people's alike */
  authenticate(): Promise<{ user: User; acr: string | null }>;
}

const longestAccount = 256;

/**
 * Counts an attempt by address and by account, before anything is looked up. Of a person who is signed in (`signedIn`, the id)
 * every attempt counts, whatever account the credentials name: who holds their access token must not guess for ever.
 *
 * @throws Refusal `rate_limited`
 */
export async function beginAttempt(
  service: Service,
  c: Context,
  credentials: JsonObject,
  signedIn: string | null,
): Promise<Attempt> {
  const { limits } = service;
  const address = service.addressOf(c);
  if (address !== null) demand(await limits.signInPerAddress.take(countedAddress(address)));
  const account = service.accountOf(credentials)?.trim().toLowerCase().slice(0, longestAccount);
  if (account) noteFacts(c, { account });
  // No account begins with a space.
  const counted = [...(account ? [account] : []), ...(signedIn === null ? [] : [` ${signedIn}`])];
  for (const name of counted) demand(await limits.signInPerAccount.take(name));
  const context = { address, headers: c.req.raw.headers, signedIn };

  return {
    context,
    authenticate: () =>
      service.withSignInFloor(async () => {
        const found = await service.authenticate(credentials, context);
        const answer = found && withAcr(found);
        // One answer for an unknown account, for a wrong password, and for somebody else.
        if (!answer || (signedIn !== null && answer.user.id !== signedIn))
          throw new Refusal('invalid_credentials', 'These credentials are not right.');
        for (const name of counted) await limits.signInPerAccount.giveBack(name);
        return { user: userSchema.parse(answer.user), acr: usable(answer.acr ?? null) };
      }),
  };
}

function withAcr(found: User | Authenticated): Authenticated {
  return 'id' in found ? { user: found as User } : (found as Authenticated);
}

/** @throws Error for one that is none: the app's fault, and not that of who signs in */
function usable(acr: string | null): string | null {
  try {
    checkAcr(acr);
    return acr;
  } catch (cause) {
    throw new Error('authenticate answered an `acr` that cannot be used.', { cause });
  }
}
