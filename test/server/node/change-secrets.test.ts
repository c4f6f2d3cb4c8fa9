import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { macState, withNewMac, withoutMac } from '../../../src/server/node/change-secrets.ts';
import { followSecrets } from '../../../src/server/node/live-secrets.ts';
import { keptSecrets, newSecrets, replaceSecrets, type ServerSecrets } from '../../../src/server/node/secrets.ts';
import type { MacSecrets } from '../../../src/server/tokens/mac.ts';

const startedAt = 1_800_000_000_000;
const delayMs = 600_000;
const statesOf = (secrets: ServerSecrets, at: number): Array<string | null> =>
  [1, 2, 3].map((id) => macState(secrets, id, at));
const withTwo = (now = startedAt): ServerSecrets => withNewMac(newSecrets(), { now, signsFrom: now + delayMs }).secrets;

describe('a secret of refresh tokens', () => {
  it('is verified with at once, signs later, and verifies on when the next one signs', () => {
    const two = withTwo();
    expect(statesOf(two, startedAt)).toEqual(['signs', 'next', null]);
    expect(statesOf(two, startedAt + delayMs - 1)).toEqual(['signs', 'next', null]);
    expect(statesOf(two, startedAt + delayMs)).toEqual(['verifies', 'signs', null]);
    const later = startedAt + 10 * delayMs;
    const three = withNewMac(two, { now: later, signsFrom: later + delayMs });
    expect(three.id).toBe(3);
    expect(statesOf(three.secrets, later)).toEqual(['verifies', 'signs', 'next']);
    expect(statesOf(three.secrets, later + delayMs)).toEqual(['verifies', 'verifies', 'signs']);
    expect(new Set(Object.values(three.secrets.mac).map(String)).size).toBe(3);
    expect(three.secrets.userTag).toBe(two.userTag);
  });

  it('waits for its turn before there is another one', () => {
    const again = { now: startedAt + 1, signsFrom: startedAt + delayMs };
    expect(() => withNewMac(withTwo(), again)).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining('Secret 2 waits') }),
    );
  });

  it('retires while another one signs, and is kept for the sign-outs of its sessions', () => {
    const now = startedAt + delayMs;
    const { secrets, signing } = withoutMac(withTwo(), { id: 1, force: false, now });
    expect([signing, ...statesOf(secrets, now)]).toEqual([2, 'retired', 'signs', null]);
    expect(secrets.mac[1]).toHaveLength(32);
    const forgotten = withoutMac(secrets, { id: 1, force: true, now }).secrets;
    expect([forgotten.mac[1], ...statesOf(forgotten, now)]).toEqual([undefined, 'retired', 'signs', null]);
  });

  it('that signs retires by force only, and the one that waits or a new one signs at once', () => {
    expect(() => withoutMac(newSecrets(), { id: 1, force: false, now: startedAt })).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringMatching(/rotate.*--force/) }),
    );
    const alone = withoutMac(newSecrets(), { id: 1, force: true, now: startedAt });
    expect([alone.signing, ...statesOf(alone.secrets, startedAt)]).toEqual([2, 'retired', 'signs', null]);
    const waiting = withTwo();
    const next = withoutMac(waiting, { id: 1, force: true, now: startedAt });
    expect([next.signing, ...statesOf(next.secrets, startedAt)]).toEqual([2, 'retired', 'signs', null]);
    expect(next.secrets.mac[2]).toBe(waiting.mac[2]);
    for (const { secrets } of [alone, next]) expect(secrets.mac).not.toHaveProperty('1');
  });

  it('that never signed leaves nothing but its id, and no id comes twice', () => {
    const { secrets } = withoutMac(withTwo(), { id: 2, force: false, now: startedAt });
    expect(statesOf(secrets, startedAt + delayMs)).toEqual(['signs', 'retired', null]);
    expect(withNewMac(secrets, { now: startedAt, signsFrom: startedAt }).id).toBe(3);
    const at = (id: number): ServerSecrets => ({ ...newSecrets(), mac: { [id]: new Uint8Array(32) }, currentMac: id });
    expect(withNewMac({ ...at(255), retiredMac: [0] }, { now: 0, signsFrom: 0 }).id).toBe(1);
    const full = { ...at(7), retiredMac: Array.from({ length: 256 }, (_, id) => id).filter((id) => id !== 7) };
    expect(() => withNewMac(full, { now: 0, signsFrom: 0 })).toThrow(/All 256 ids/);
  });

  it('that is not there cannot be retired, nor one that was', () => {
    const now = startedAt + delayMs;
    const { secrets } = withoutMac(withTwo(), { id: 1, force: true, now });
    for (const id of [1, 3])
      expect(() => withoutMac(secrets, { id, force: true, now })).toThrow(
        expect.objectContaining({ code: 'not_found' }),
      );
  });
});

describe('a server that runs', () => {
  let folder: string;
  let now: number;
  let errors: unknown[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sojourn-'));
    now = startedAt;
    errors = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const follow = (): (() => MacSecrets) => {
    keptSecrets(folder);
    return followSecrets({ folder, now: () => now, onError: (error) => void errors.push(error) }).mac;
  };

  it('reads changed secrets within a second, and lets the next one sign when its turn comes', () => {
    const secrets = follow();
    const first = secrets();
    expect(first).toMatchObject({ current: 1, retired: [] });
    const changed = withNewMac(keptSecrets(folder), { now, signsFrom: now + 1500 });
    replaceSecrets(folder, changed.secrets);
    now += 999;
    expect(secrets()).toBe(first);
    now += 1;
    const second = secrets();
    expect([second.current, Object.keys(second.secrets)]).toEqual([1, ['1', '2']]);
    now += 499;
    expect(secrets()).toBe(second);
    now += 1;
    const third = secrets();
    expect(third).toMatchObject({ current: 2 });
    replaceSecrets(folder, withoutMac(keptSecrets(folder), { id: 1, force: true, now }).secrets);
    now += 1000;
    expect(secrets()).toEqual({ secrets: { 2: third.secrets[2] }, current: 2, retired: [1] });
    expect(errors).toEqual([]);
  });

  it('looks again at once when the clock was set back', () => {
    const secrets = follow();
    secrets();
    replaceSecrets(folder, withNewMac(keptSecrets(folder), { now, signsFrom: now }).secrets);
    now -= 86_400_000;
    expect(Object.keys(secrets().secrets)).toEqual(['1', '2']);
    expect(secrets().current).toBe(1);
  });

  it('goes on with what it has when the file cannot be read, and says so', () => {
    const secrets = follow();
    const { secrets: first } = secrets();
    writeFileSync(join(folder, 'server.json'), '{');
    now += 1000;
    expect(secrets().secrets).toEqual(first);
    rmSync(join(folder, 'server.json'));
    now += 1000;
    expect(secrets().secrets).toEqual(first);
    expect(errors).toEqual([
      expect.objectContaining({ code: 'storage_unavailable' }),
      expect.objectContaining({ code: 'ENOENT' }),
    ]);
  });

  it('finds changed secrets in a file for the owner alone', () => {
    keptSecrets(folder);
    replaceSecrets(folder, withTwo());
    expect(statSync(join(folder, 'server.json')).mode & 0o777).toBe(0o600);
    expect(macState(keptSecrets(folder), 2, startedAt)).toBe('next');
  });
});
