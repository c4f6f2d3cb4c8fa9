import { beforeEach, describe, expect, it } from 'vitest';
import { createDpopNonces, nonceLifeMs, type DpopNonces } from '../../../src/server/tokens/dpop-nonces.ts';
import { bodyOf, serverUnderTest, baseUrl } from '../http/server-under-test.ts';

const secret = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const [first, second] = [secret(1), secret(2)];

let now: number;
beforeEach(() => void (now = 1_800_000_000_000));

/** A server whose secrets are changed while it runs. */
function server(from: readonly Uint8Array[]): { nonces: DpopNonces; change: (secrets: readonly Uint8Array[]) => void } {
  let secrets = from;
  const nonces = createDpopNonces({ secret: () => secrets, clock: { now: () => now } });
  return { nonces, change: (next) => void (secrets = next) };
}

describe('nonces whose secret changes', () => {
  it('of the secret before are good for their whole life, on every server, and new ones are of the new secret', async () => {
    const [here, there] = [server([first]), server([first])];
    const old = await here.nonces.issue();
    for (const { change } of [here, there]) change([first, second]);
    expect(await here.nonces.issue()).toBe(old);
    here.change([second, first]);
    const young = await here.nonces.issue();
    expect(young).not.toBe(old);
    // The other one has not come to its turn yet.
    for (const { nonces } of [here, there])
      for (const nonce of [old, young]) expect(await nonces.accepts(nonce)).toBe(true);
    // It says that it is fifteen seconds older than it is.
    now += nonceLifeMs - 15_001;
    expect(await here.nonces.accepts(old)).toBe(true);
    now += 1;
    expect(await here.nonces.accepts(old)).toBe(false);
  });

  it('of a secret that was taken away are good no more, nor handed out', async () => {
    const here = server([first]);
    const stolen = await here.nonces.issue();
    here.change([second]);
    expect(await here.nonces.accepts(stolen)).toBe(false);
    const next = await here.nonces.issue();
    expect(next).not.toBe(stolen);
    expect(await here.nonces.accepts(next)).toBe(true);
    expect(await createDpopNonces({ secret: second, clock: { now: () => now } }).accepts(next)).toBe(true);
  });

  it('need a secret, and no short one, at the start and later', async () => {
    const invalid = expect.objectContaining({ code: 'invalid_argument' });
    for (const secrets of [[], [new Uint8Array(31)], [first, new Uint8Array(31)]])
      expect(() => createDpopNonces({ secret: () => secrets })).toThrow(invalid);
    const here = server([first]);
    here.change([]);
    await expect(here.nonces.issue()).rejects.toEqual(invalid);
  });

  it('cost a client of a session server nothing, and one whose secret was taken away a second try', async () => {
    let secrets: readonly Uint8Array[] = [first];
    const on = await serverUnderTest({ dpop: { demandNonce: true, nonceSecret: () => secrets } });
    const client = await on.provingClient();
    const revoke = async (nonce: string | null): Promise<[Response, string | null]> => {
      const dpop = await client.prove('POST', `${baseUrl}/revoke`, { claims: nonce === null ? {} : { nonce } });
      const answer = await on.call('POST', '/revoke', { form: { token: 'unknown' }, headers: { dpop } });
      return [answer, answer.headers.get('dpop-nonce')];
    };
    const [, old] = await revoke(null);
    secrets = [second, first];
    expect((await revoke(old))[0].status).toBe(200);
    secrets = [second];
    const [refused, next] = await revoke(old);
    expect([refused.status, await bodyOf(refused)]).toEqual([
      400,
      expect.objectContaining({ error: 'use_dpop_nonce' }),
    ]);
    expect((await revoke(next))[0].status).toBe(200);
  });
});
