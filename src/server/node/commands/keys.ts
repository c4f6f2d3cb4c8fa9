import { SessionError } from '../../../protocol/session-error.ts';
import { keySetMaxAgeMs } from '../../tokens/key-set-age.ts';
import type { KeyStore } from '../../tokens/key-store.ts';
import { generateSigningKey, type SigningAlgorithm, type StoredKey } from '../../tokens/signing-key.ts';
import { moment, table, type Shown } from './shown.ts';

/** A command on the signing keys of a store. */
export type KeyCommand = (keys: KeyStore, now: number) => Promise<Shown>;

/** A key without its secret half. */
interface KeyFacts {
  kid: string;
  algorithm: SigningAlgorithm;
  state: 'signs' | 'next' | 'verifies';
  created_at: string;
  signs_from: string;
}

/** Two periods of the published key set's cache: every verifier knows a key before the first token that it signed. */
const publishAheadMs = 2 * keySetMaxAgeMs;

/** `keys list`. */
export const listKeys: KeyCommand = async (keys, now) => {
  const known = await factsOf(keys, now);
  const rows = known.map((key) => [key.kid, key.algorithm, key.state, moment(key.created_at), moment(key.signs_from)]);
  const text = table(
    ['KEY', 'ALGORITHM', 'STATE', 'MADE', 'SIGNS FROM'],
    rows,
    'There are no signing keys yet: the server makes one when it first needs it.',
  );
  return { text, json: { keys: known } };
};

/** `keys rotate`: the next key, which signs when every verifier knows it. */
export function rotateKeys(wished: SigningAlgorithm | null): KeyCommand {
  return async (keys, now) => {
    const known = await factsOf(keys, now);
    const algorithm = wished ?? known.find(({ state }) => state === 'signs')?.algorithm ?? 'ES256';
    const isFirst = known.every((key) => key.algorithm !== algorithm);
    const key = await generateSigningKey(algorithm, { now, signsFrom: isFirst ? now : now + publishAheadMs });
    await keys.add(key);
    const json = { kid: key.kid, algorithm, signs_from: instant(key.signsFrom) };
    return { text: `${key.kid} (${algorithm}) signs from ${moment(json.signs_from)} on.\n`, json };
  };
}

/** `keys retire <kid>`: tokens that it signed are good no more. */
export function retireKey(kid: string, { force }: { force: boolean }): KeyCommand {
  return async (keys, now) => {
    const key = (await factsOf(keys, now)).find((each) => each.kid === kid);
    if (key === undefined)
      throw new SessionError('not_found', 'There is no signing key of this name; see: sojourn keys list');
    if (key.state === 'signs' && !force)
      throw new SessionError(
        'invalid_argument',
        `This key signs now. Run sojourn keys rotate, and retire it when the next one signs (${publishAheadMs / 60_000} minutes later). If it was stolen, add --force: servers go over to another key within seconds, and clients refresh.`,
      );
    await keys.remove(kid);
    const text =
      'It is retired. Servers that run refuse its tokens within seconds, APIs when they have read the key set again: within a minute with createRemoteJWKSet. Clients refresh by themselves.\n';
    return { text, json: { kid, retired: true } };
  };
}

async function factsOf(keys: KeyStore, now: number): Promise<KeyFacts[]> {
  const stored = (await keys.list()).toSorted((one, other) => one.signsFrom - other.signsFrom);
  return stored.map((key) => ({
    kid: key.kid,
    algorithm: key.algorithm,
    state: stateOf(key, stored, now),
    created_at: instant(key.createdAt),
    signs_from: instant(key.signsFrom),
  }));
}

function stateOf(key: StoredKey, stored: readonly StoredKey[], now: number): KeyFacts['state'] {
  if (key.signsFrom > now) return 'next';
  const newest = stored.findLast(({ algorithm, signsFrom }) => algorithm === key.algorithm && signsFrom <= now);
  return newest === key ? 'signs' : 'verifies';
}

function instant(at: number): string {
  return new Date(at).toISOString();
}
