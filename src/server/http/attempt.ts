import type { Context } from 'hono';
import { userSchema, type User } from '../../protocol/session-view.ts';
import { checkAcr } from '../../protocol/acr.ts';
import { isSessionError } from '../../protocol/session-error.ts';
import type { JsonObject, JsonValue } from '../engine/json.ts';
import { countedAddress } from './counted-address.ts';
import type { Authenticated, SignInContext } from './directory.ts';
import { demand } from './limits.ts';
import { noteFacts } from './observer.ts';
import type { UseCount } from './rate-limit.ts';
import { badRequest, Refusal } from './refusal.ts';
import type { Service } from './service.ts';

/** Somebody says who they are. */
export interface Attempt {
  context: SignInContext;
  /** Asks the app. @throws Refusal `invalid_credentials`, of unknown accounts, wrong passwords and other people's alike */
  authenticate(): Promise<{ user: User; acr: string | null }>;
}

const longestAccount = 256;
/** Deeper, and an app that copies or forwards credentials would run out of stack. */
const deepest = 100;

/**
 * Counts an attempt by address and by account, before anything is looked up. Credentials that name several accounts count for each
 * of them: a made-up one beside the real one buys nothing. Of a person who is signed in (`signedIn`, the id) every attempt counts,
 * whatever account the credentials name: who holds their access token must not guess for ever.
 *
 * @throws Refusal `rate_limited`; `invalid_argument` for credentials that are too deep
 */
export async function beginAttempt(
  service: Service,
  c: Context,
  credentials: JsonObject,
  signedIn: string | null,
): Promise<Attempt> {
  if (isDeeper(credentials, deepest))
    throw badRequest(`The credentials are nested too deeply: at most ${deepest} levels are taken.`);
  const { limits } = service;
  const address = service.addressOf(c);
  if (address !== null) demand(await limits.signInPerAddress.take(countedAddress(address)));
  const accounts = accountsIn(service, credentials);
  if (accounts.length > 0) noteFacts(c, { accounts });
  // No account begins with a space.
  const counted = [...accounts, ...(signedIn === null ? [] : [` ${signedIn}`])];
  await takeAll(limits.signInPerAccount, counted);
  const context = { address, headers: c.req.raw.headers, signedIn };

  return {
    context,
    authenticate: () =>
      service.withSignInFloor(async () => {
        const found = await askedOf(service, { credentials, context, counted });
        const answer = found && withAcr(found);
        // One answer for an unknown account, for a wrong password, and for somebody else.
        if (!answer || (signedIn !== null && answer.user.id !== signedIn))
          throw new Refusal('invalid_credentials', 'These credentials are not right.');
        await giveAllBack(limits.signInPerAccount, counted);
        return { user: userSchema.parse(answer.user), acr: usable(answer.acr ?? null) };
      }),
  };
}

/** Names of the accounts that are tried, each once, as they are counted. */
function accountsIn({ accountOf }: Service, credentials: JsonObject): string[] {
  const named = [accountOf(credentials) ?? []].flat();
  return [...new Set(named.map((name) => name.trim().toLowerCase().slice(0, longestAccount)))].filter(Boolean);
}

/** Counts one use for each, or, where one has to wait, none. @throws Refusal `rate_limited` */
async function takeAll(limit: UseCount, names: readonly string[]): Promise<void> {
  for (const [index, name] of names.entries()) {
    const waitMs = await limit.take(name);
    if (waitMs > 0) await giveAllBack(limit, names.slice(0, index));
    demand(waitMs);
  }
}

async function giveAllBack(limit: UseCount, names: readonly string[]): Promise<void> {
  for (const name of names) await limit.giveBack(name);
}

/** What the app says. Where it could not say anything, nothing was guessed, and the attempt does not count. */
async function askedOf(
  { authenticate, limits, report }: Service,
  { credentials, context, counted }: { credentials: JsonObject; context: SignInContext; counted: readonly string[] },
): Promise<User | Authenticated | null> {
  try {
    return await authenticate(credentials, context);
  } catch (error) {
    // An error that waiting does not help against may be the app's own word for wrong credentials.
    const isAnswer = isSessionError(error) && !error.retryable;
    // The limits may be away with the directory: that it is away is what has to be told.
    if (!isAnswer) await giveAllBack(limits.signInPerAccount, counted).catch(report);
    throw error;
  }
}

function isDeeper(value: JsonValue, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1));
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
