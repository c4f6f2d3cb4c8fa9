import { durationMs } from '../../../protocol/duration.ts';
import { changeKeptSecrets } from '../change-kept-secrets.ts';
import { nonceState, withNewNonceSecret, withoutNonceSecret, type NonceState } from '../change-nonce-secrets.ts';
import { macState, withNewMac, withoutMac, type MacState } from '../change-secrets.ts';
import { keptSecrets, type ServerSecrets } from '../secrets.ts';
import { moment, table, type Shown } from './shown.ts';

/** A command on the secrets in a folder: those of refresh tokens, and those of DPoP nonces. */
export type SecretsCommand = (folder: string, now: number) => Promise<Shown>;

/** A secret of refresh tokens, without the secret. */
interface SecretFacts {
  id: number;
  state: MacState;
  /** Null for the first one, which signed from the start, and for retired ones. */
  signs_from: string | null;
  /** Of a retired one: whether sessions that began under it can still be signed out by its revocation tokens. */
  ends_sessions: boolean;
}

/** A secret of DPoP nonces, without the secret. */
interface NonceSecretFacts {
  /** `nonce-1`. */
  id: string;
  state: NonceState;
  /** Null for the first one. */
  signs_from: string | null;
}

/** Which secret a command means. */
export type SecretName = { of: 'tokens' | 'nonces'; id: number };

/** Time for every server to read the file, and for copies of it to reach other machines. */
const defaultDelay = '10m';

/** `secrets list`. */
export const listSecrets: SecretsCommand = async (folder, now) => {
  const kept = keptSecrets(folder);
  const [known, nonces] = [factsOf(kept, now), nonceFactsOf(kept, now)];
  const rows = [...known, ...nonces].map((facts) => [
    String(facts.id),
    'ends_sessions' in facts ? 'refresh tokens' : 'DPoP nonces',
    facts.state === 'retired' && facts.ends_sessions ? 'retired (sign-outs only)' : facts.state,
    facts.signs_from === null ? '' : moment(facts.signs_from),
  ]);
  const json = { secrets: known, nonce_secrets: nonces };
  return { text: table(['SECRET', 'OF', 'STATE', 'SIGNS FROM'], rows, ''), json };
};

/** `secrets rotate`: a new one, which every server verifies with at once, and signs with after a while. */
export function rotateSecrets(of: SecretName['of'], after: string | null): SecretsCommand {
  const delayMs = durationMs(after ?? defaultDelay);
  return async (folder, now) => {
    const turn = { now, signsFrom: now + delayMs };
    const withNew = of === 'tokens' ? withNewMac : withNewNonceSecret;
    const { id } = await changeKeptSecrets(folder, (secrets) => withNew(secrets, turn));
    const [name, signs_from] = [nameOf({ of, id }), instant(turn.signsFrom)];
    const nobody =
      of === 'tokens'
        ? 'Nobody is signed out: clients get tokens of it when they refresh.'
        : 'Nobody is refused: nonces of the one before stay good for their five minutes.';
    return { text: `Secret ${name} signs from ${moment(signs_from)} on. ${nobody}\n`, json: { id: name, signs_from } };
  };
}

/** `secrets retire <id>`: refresh and remember tokens, or nonces, that it signed are good no more. */
export function retireSecret({ of, id }: SecretName, { force }: { force: boolean }): SecretsCommand {
  return async (folder, now) => (of === 'tokens' ? retireMac : retireNonceSecret)(folder, { id, force, now });
}

type Retirement = { id: number; force: boolean; now: number };

async function retireMac(folder: string, what: Retirement): Promise<Shown> {
  const { secrets, signing } = await changeKeptSecrets(folder, (kept) => withoutMac(kept, what));
  const { id } = what;
  const kept = secrets.mac[id] !== undefined;
  const signOuts = kept ? 'Its revocation tokens still end sessions.' : 'Nothing of it is kept.';
  const text = `Secret ${id} is retired, secret ${signing} signs. Servers that run know within seconds. Who has not refreshed under another secret signs in again. ${signOuts}\n`;
  return { text, json: { id, retired: true, signing, ends_sessions: kept } };
}

async function retireNonceSecret(folder: string, what: Retirement): Promise<Shown> {
  const changed = await changeKeptSecrets(folder, (kept) => withoutNonceSecret(kept, what));
  const [id, signing] = [nameOf({ of: 'nonces', id: what.id }), nameOf({ of: 'nonces', id: changed.signing })];
  const text = `Secret ${id} is retired, secret ${signing} makes nonces. Servers that run know within seconds. Clients get new nonces, and nobody signs in again.\n`;
  return { text, json: { id, retired: true, signing } };
}

function nameOf({ of, id }: SecretName): number | string {
  return of === 'tokens' ? id : `nonce-${id}`;
}

function factsOf(secrets: ServerSecrets, now: number): SecretFacts[] {
  const ids = new Set([...Object.keys(secrets.mac).map(Number), ...secrets.retiredMac]);
  return [...ids]
    .toSorted((one, other) => one - other)
    .map((id) => {
      const from = secrets.macSignsFrom[id];
      const state = macState(secrets, id, now) ?? 'retired';
      return {
        id,
        state,
        signs_from: from === undefined ? null : instant(from),
        ends_sessions: secrets.mac[id] !== undefined,
      };
    });
}

/** Those whose nonces are all over are of no use, and are taken out of the file with the next change. */
function nonceFactsOf(secrets: ServerSecrets, now: number): NonceSecretFacts[] {
  return secrets.nonces.flatMap(({ id, signsFrom }) => {
    const state = nonceState(secrets, id, now);
    return state ? [{ id: `nonce-${id}`, state, signs_from: signsFrom === 0 ? null : instant(signsFrom) }] : [];
  });
}

function instant(at: number): string {
  return new Date(at).toISOString();
}
