import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  nonceSecretsAt,
  nonceState,
  withNewNonceSecret,
  withoutNonceSecret,
} from '../../../src/server/node/change-nonce-secrets.ts';
import { followSecrets, type LiveSecrets } from '../../../src/server/node/live-secrets.ts';
import { keptSecrets, newSecrets, replaceSecrets, type ServerSecrets } from '../../../src/server/node/secrets.ts';
import { nonceLifeMs } from '../../../src/server/tokens/dpop-nonces.ts';

const startedAt = 1_800_000_000_000;
const delayMs = 600_000;
const turnAt = startedAt + delayMs;
/** The life of a nonce, and a minute for servers whose clocks are late. */
const overAt = turnAt + nonceLifeMs + 60_000;

const statesOf = (secrets: ServerSecrets, at: number): Array<string | null> =>
  [1, 2, 3].map((id) => nonceState(secrets, id, at));
const withTwo = (now = startedAt): ServerSecrets =>
  withNewNonceSecret(newSecrets(), { now, signsFrom: now + delayMs }).secrets;
const idsAt = (secrets: ServerSecrets, at: number): number[] =>
  nonceSecretsAt(secrets, at).map((secret) => secrets.nonces.find((each) => each.secret === secret)!.id);

describe('a secret of nonces', () => {
  it('is accepted at once, makes nonces later, and then the one before is for as long as its nonces live', () => {
    const two = withTwo();
    const atTimes = [startedAt, turnAt - 1, turnAt, overAt - 1, overAt];
    expect(atTimes.map((at) => statesOf(two, at))).toEqual([
      ['signs', 'next', null],
      ['signs', 'next', null],
      ['verifies', 'signs', null],
      ['verifies', 'signs', null],
      [null, 'signs', null],
    ]);
    expect(atTimes.map((at) => idsAt(two, at))).toEqual([[1, 2], [1, 2], [2, 1], [2, 1], [2]]);
    expect(new Set(two.nonces.map(({ secret }) => String(secret))).size).toBe(2);
  });

  it('that is over is out of the file with the next change', () => {
    const { secrets, id } = withNewNonceSecret(withTwo(), { now: overAt, signsFrom: overAt + delayMs });
    expect([id, secrets.nonces.map((each) => each.id)]).toEqual([3, [2, 3]]);
    expect(statesOf(secrets, overAt)).toEqual([null, 'signs', 'next']);
  });

  it('waits for its turn before there is another one', () => {
    expect(() => withNewNonceSecret(withTwo(), { now: turnAt - 1, signsFrom: turnAt })).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining('Secret nonce-2 waits') }),
    );
  });

  it('of before retires at once, and so does one that never made any', () => {
    const old = withoutNonceSecret(withTwo(), { id: 1, force: false, now: turnAt });
    expect([old.signing, idsAt(old.secrets, turnAt)]).toEqual([2, [2]]);
    const next = withoutNonceSecret(withTwo(), { id: 2, force: false, now: startedAt });
    expect([next.signing, idsAt(next.secrets, turnAt)]).toEqual([1, [1]]);
  });

  it('that makes nonces retires by force only, and the one that waits or a new one does so at once', () => {
    expect(() => withoutNonceSecret(newSecrets(), { id: 1, force: false, now: startedAt })).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringMatching(/rotate --nonces.*--force/) }),
    );
    const alone = withoutNonceSecret(newSecrets(), { id: 1, force: true, now: startedAt });
    expect([alone.signing, idsAt(alone.secrets, startedAt)]).toEqual([2, [2]]);
    const waiting = withTwo();
    const next = withoutNonceSecret(waiting, { id: 1, force: true, now: startedAt });
    expect([next.signing, idsAt(next.secrets, startedAt)]).toEqual([2, [2]]);
    expect(next.secrets.nonces).toEqual([{ ...waiting.nonces[1], signsFrom: startedAt }]);
  });

  it('that was over does not come back when its successor is taken away', () => {
    const { secrets } = withoutNonceSecret(withTwo(), { id: 2, force: true, now: overAt });
    expect([idsAt(secrets, overAt), secrets.nonces.map(({ id }) => id)]).toEqual([[3], [3]]);
  });

  it('that is not there cannot be retired, nor one that is over', () => {
    for (const [id, now] of [
      [3, startedAt],
      [1, overAt],
    ] as const)
      expect(() => withoutNonceSecret(withTwo(), { id, force: true, now })).toThrow(
        expect.objectContaining({ code: 'not_found' }),
      );
  });

  it('is there also when the clock was set back before the turn of all', () => {
    const { secrets } = withoutNonceSecret(withTwo(), { id: 1, force: false, now: turnAt });
    expect(idsAt(secrets, startedAt)).toEqual([2]);
  });
});

describe('a server that runs', () => {
  let folder: string;
  let now: number;
  let live: LiveSecrets;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sojourn-'));
    now = startedAt;
    live = followSecrets({
      folder,
      now: () => now,
      onError: (error) => {
        throw error;
      },
    });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('learns of a new secret of nonces within a second, and follows its turn and the end of the one before', () => {
    const first = live.nonces();
    expect(first).toHaveLength(1);
    const macs = live.mac();
    replaceSecrets(folder, withNewNonceSecret(keptSecrets(folder), { now, signsFrom: now + 1500 }).secrets);
    now += 999;
    expect(live.nonces()).toEqual(first);
    now += 1;
    const second = live.nonces();
    expect(second).toEqual([first[0], expect.any(Uint8Array)]);
    now += 499;
    expect(live.nonces()).toEqual(second);
    now += 1;
    const third = live.nonces();
    expect(third).toEqual([second[1], second[0]]);
    now += nonceLifeMs + 60_000;
    expect(live.nonces()).toEqual([second[1]]);
    expect(live.mac()).toEqual(macs);
  });

  it('leaves a retired one within a second', () => {
    const [stolen] = live.nonces();
    replaceSecrets(folder, withoutNonceSecret(keptSecrets(folder), { id: 1, force: true, now }).secrets);
    now += 1000;
    expect(live.nonces()).toHaveLength(1);
    expect(live.nonces()).not.toContainEqual(stolen);
  });
});
