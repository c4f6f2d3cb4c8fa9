import { describe, expect, test } from 'vitest';
import type { Persistence, Vault, VaultContents } from '../../../src/client/core/vault.ts';
import { webKeys } from '../../../src/client/platform/keys.ts';
import { endedRecord, liveRecord } from './records.ts';

/** A place for vaults, and what a test may do to it behind their back. */
export interface VaultHarness {
  /** One more vault on the same place, as another tab or process opens it. */
  open(): Vault;
  /** Puts something in place that no vault wrote; text vaults get it as JSON. Absent: the place cannot hold foreign things. */
  putRaw?(raw: unknown): Promise<void>;
  /** What was put aside; undefined when nothing is. */
  quarantined?(): Promise<unknown>;
  readonly persistence: Persistence;
  readonly holdsKeys: boolean;
  /** Whether several tabs or processes may use it at once. */
  readonly shared: boolean;
  cleanUp?(): Promise<void>;
}

const bump = (contents: VaultContents): VaultContents => ({ ...contents, activityAt: (contents.activityAt ?? 0) + 1 });

/** What the core relies on, shown on one vault. `make` makes an empty place. */
export function testVault(name: string, make: () => Promise<VaultHarness> | VaultHarness): void {
  const on = (title: string, run: (place: VaultHarness) => Promise<void>): void =>
    // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect -- the title and the assertions are the caller's
    test(title, async () => {
      const place = await make();
      try {
        await run(place);
      } finally {
        await place.cleanUp?.();
      }
    });

  describe(`${name} vault`, () => {
    on('is empty at first', async (place) => {
      const vault = place.open();
      expect(await vault.read()).toEqual({ record: null, outbox: [], activityAt: null, trouble: null });
      expect(vault.persistence()).toBe(place.persistence);
      vault.close();
    });

    on('keeps what was written, for others and after it was closed', async (place) => {
      const vault = place.open();
      const record = liveRecord();
      const outbox = [{ sessionId: 'old', revocationToken: 'revoke-0', at: 5 }];
      const written = await vault.update((contents) => ({ ...contents, record, outbox, activityAt: 7 }));
      expect(written).toEqual({ record, outbox, activityAt: 7, trouble: null });
      expect(await vault.read()).toEqual(written);
      vault.close();
      expect(await vault.read()).toEqual(written);
      if (place.shared) expect(await place.open().read()).toEqual(written);
      vault.close();
    });

    on('updates are atomic under concurrency', async (place) => {
      const vaults = place.shared ? [place.open(), place.open(), place.open()] : [place.open()];
      await Promise.all(Array.from({ length: 60 }, (_, turn) => vaults[turn % vaults.length]!.update(bump)));
      expect((await vaults[0]!.read()).activityAt).toBe(60);
    });

    on('the same object means no write', async (place) => {
      const vault = place.open();
      const written = await vault.update(bump);
      const seen = await vault.update((contents) => contents);
      expect(seen).toEqual(written);
    });

    on('what the change throws goes through, and nothing is written', async (place) => {
      const vault = place.open();
      const mine = new RangeError('mine');
      await expect(
        vault.update(() => {
          throw mine;
        }),
      ).rejects.toBe(mine);
      expect((await vault.read()).activityAt).toBeNull();
      await vault.update(bump);
    });

    on('the change sees what is stored now', async (place) => {
      const vault = place.open();
      await vault.update((contents) => ({ ...contents, record: liveRecord({ generation: 3 }) }));
      let seen: VaultContents | undefined;
      await vault.update((contents) => ((seen = contents), contents));
      expect(seen?.record).toEqual(liveRecord({ generation: 3 }));
    });

    on('a tombstone takes the place of a session', async (place) => {
      const vault = place.open();
      await vault.update((contents) => ({ ...contents, record: liveRecord() }));
      await vault.update((contents) => ({ ...contents, record: endedRecord() }));
      expect((await vault.read()).record).toEqual(endedRecord());
    });

    on('signing keys come back usable and cannot be exported, or are refused', async (place) => {
      const vault = place.open();
      const keys = webKeys();
      const key = await keys.create();
      const write = vault.update((contents) => ({ ...contents, record: liveRecord({ key }) }));
      if (!place.holdsKeys) {
        await expect(write).rejects.toMatchObject({ name: 'SessionError', code: 'not_supported' });
        expect((await vault.read()).record).toBeNull();
        return;
      }
      await write;
      const { record } = await vault.read();
      const found = record?.kind === 'live' ? record.key : null;
      if (!found) throw new Error('The key did not come back.');
      expect(await keys.prove(found, { method: 'POST', url: 'https://api.test/token', now: 0 })).toMatch(
        /^[\w-]+\.[\w-]+\.[\w-]+$/,
      );
      await expect(crypto.subtle.exportKey('jwk', found.privateKey as CryptoKey)).rejects.toMatchObject({
        name: 'InvalidAccessError',
      });
    });

    on(
      'H6: what cannot be read is told, set aside by the first write, and dropped by the next sign-in',
      async (place) => {
        if (!place.putRaw || !place.quarantined) return;
        const unreadable: unknown[] = [
          'a string',
          42,
          [],
          {},
          { version: 1 },
          { version: 0, record: null },
          { version: 1, record: { ...liveRecord(), accessToken: 7 }, outbox: [] },
          { version: 1, record: { ...liveRecord(), refreshToken: 'x'.repeat(20_000) }, outbox: [] },
          { version: 1, record: { kind: 'live' }, outbox: 'none' },
        ];
        for (const raw of unreadable) {
          await place.putRaw(raw);
          const vault = place.open();
          expect(await vault.read()).toMatchObject({ record: null, trouble: 'corrupt' });
          expect(await place.quarantined()).toBeUndefined();
          await vault.update((contents) => ({ ...contents, record: endedRecord({ reason: 'storage_corrupt' }) }));
          expect(await vault.read()).toMatchObject({ record: { kind: 'ended' }, trouble: null });
          expect(await place.quarantined()).toEqual(raw);
          await vault.update(bump);
          expect(await place.quarantined()).toEqual(raw);
          await vault.update((contents) => ({ ...contents, record: liveRecord() }));
          expect(await place.quarantined()).toBeUndefined();
          vault.close();
        }
      },
    );

    on('H6: revocations survive an unreadable record beside them, and readable ones unreadable ones', async (place) => {
      const good = { sessionId: 'old', revocationToken: 'revoke-0', at: 5 };
      await place.putRaw?.({ version: 1, record: 'broken', outbox: [good, { at: 'never' }], activityAt: 'soon' });
      if (place.putRaw)
        expect(await place.open().read()).toEqual({
          record: null,
          outbox: [good],
          activityAt: null,
          trouble: 'corrupt',
        });
    });

    on('H6: a key of the prototype changes nobody', async (place) => {
      const user = JSON.parse('{"id":"ada","__proto__":{"admin":true}}') as { id: string };
      await place.putRaw?.({ version: 1, record: liveRecord({ user }), outbox: [], activityAt: null });
      const { record } = await place.open().read();
      expect(({} as { admin?: boolean }).admin).toBeUndefined();
      expect((record as { user?: { admin?: boolean } } | null)?.user?.admin).toBeUndefined();
    });

    on('B9: what a later version wrote is left alone and cannot be written over', async (place) => {
      if (!place.putRaw) return;
      for (const raw of [
        { version: 2, anything: 'else' },
        { version: 1, record: { version: 2, kind: 'remote' }, outbox: [] },
      ]) {
        await place.putRaw(raw);
        const vault = place.open();
        expect(await vault.read()).toMatchObject({ record: null, trouble: 'newer' });
        expect(await vault.update((contents) => contents)).toMatchObject({ trouble: 'newer' });
        await expect(vault.update(bump)).rejects.toMatchObject({ code: 'storage_unavailable', retryable: false });
        expect(await vault.read()).toMatchObject({ trouble: 'newer' });
        vault.close();
      }
    });

    on('no error shows a token', async (place) => {
      const vault = place.open();
      await place.putRaw?.({ version: 2, record: liveRecord() });
      const error = await vault.update(bump).then(
        () => null,
        (reason: Error) => reason,
      );
      expect(String(error?.message)).not.toMatch(/access-0|refresh-0/);
    });
  });
}
