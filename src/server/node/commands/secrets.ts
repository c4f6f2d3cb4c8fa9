import { durationMs } from '../../../protocol/duration.ts';
import { macState, withNewMac, withoutMac, type MacState } from '../change-secrets.ts';
import { keptSecrets, replaceSecrets, type ServerSecrets } from '../secrets.ts';
import { moment, table, type Shown } from './shown.ts';

/** A command on the secrets of refresh tokens in a folder. */
export type SecretsCommand = (folder: string, now: number) => Shown;

/** A secret without the secret. */
interface SecretFacts {
  id: number;
  state: MacState;
  /** Null for the first one, which signed from the start, and for retired ones. */
  signs_from: string | null;
  /** Of a retired one: whether sessions that began under it can still be signed out by its revocation tokens. */
  ends_sessions: boolean;
}

/** Time for every server to read the file, and for copies of it to reach other machines. */
const defaultDelay = '10m';

/** `secrets list`. */
export const listSecrets: SecretsCommand = (folder, now) => {
  const known = factsOf(keptSecrets(folder), now);
  const rows = known.map(({ id, state, signs_from, ends_sessions }) => [
    String(id),
    state === 'retired' && ends_sessions ? 'retired (sign-outs only)' : state,
    signs_from === null ? '' : moment(signs_from),
  ]);
  return { text: table(['SECRET', 'STATE', 'SIGNS FROM'], rows, ''), json: { secrets: known } };
};

/** `secrets rotate`: a new one, which every server verifies with at once, and signs with after a while. */
export function rotateSecrets(after: string | null): SecretsCommand {
  const delayMs = durationMs(after ?? defaultDelay);
  return (folder, now) => {
    const { secrets, id } = withNewMac(keptSecrets(folder), { now, signsFrom: now + delayMs });
    replaceSecrets(folder, secrets);
    const signs_from = instant(now + delayMs);
    const text = `Secret ${id} signs from ${moment(signs_from)} on. Nobody is signed out: clients get tokens of it when they refresh.\n`;
    return { text, json: { id, signs_from } };
  };
}

/** `secrets retire <id>`: refresh and remember tokens that it signed are good no more. */
export function retireSecret(id: number, { force }: { force: boolean }): SecretsCommand {
  return (folder, now) => {
    const { secrets, signing } = withoutMac(keptSecrets(folder), { id, force, now });
    replaceSecrets(folder, secrets);
    const kept = secrets.mac[id] !== undefined;
    const signOuts = kept ? 'Its revocation tokens still end sessions.' : 'Nothing of it is kept.';
    const text = `Secret ${id} is retired, secret ${signing} signs. Servers that run know within seconds. Who has not refreshed under another secret signs in again. ${signOuts}\n`;
    return { text, json: { id, retired: true, signing, ends_sessions: kept } };
  };
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

function instant(at: number): string {
  return new Date(at).toISOString();
}
