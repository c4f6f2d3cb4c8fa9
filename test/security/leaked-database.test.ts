import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSessions } from '../../src/server/engine/create-sessions.ts';
import { createMac } from '../../src/server/tokens/mac.ts';
import { createRandom } from '../../src/server/tokens/random.ts';
import { createSqliteStore } from '../../src/server/stores/sqlite.ts';
import { attemptKey, bodyOf, serverUnderTest, startedAt } from '../server/http/server-under-test.ts';
import { temporaryFolder } from '../server/stores/temporary-folder.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => void (folder = temporaryFolder()));
afterEach(() => folder.remove());

/** Every value in every table, as text in each form in which it could be sent. */
function everythingIn(path: string): string[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as { name: string }[];
    return tables.flatMap(({ name }) =>
      database.prepare(`SELECT * FROM "${name}"`).all().flatMap(Object.values).flatMap(formsOf),
    );
  } finally {
    database.close();
  }
}

function formsOf(value: unknown): string[] {
  if (value === null) return [];
  if (!(value instanceof Uint8Array)) return [String(value)];
  const buffer = Buffer.from(value);
  return [buffer.toString('base64url'), buffer.toString('hex')];
}

test('a copy of the database holds no token, and nothing in it is good for one', async () => {
  const path = folder.path('sessions.db');
  const clock = { now: () => startedAt };
  const store = createSqliteStore({ path });
  const secret = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
  const mac = createMac({ secrets: { 1: secret(1) }, current: 1, userTagSecret: secret(2) });
  const sessions = createSessions({ store, clock, mac, random: createRandom() });
  const on = await serverUnderTest({ sessions, clock });
  try {
    const stay = await on.signIn();
    await on.signIn({ username: 'grace', remember: true });
    const remember = await sessions.remember.issue('user_ada');
    const next = await bodyOf(await on.refresh(stay.refresh_token!, attemptKey('secret-attempt')));
    const values = everythingIn(path);
    expect(values).toContain('user_ada');

    const whole = values.join('\n');
    const told = [stay.refresh_token, stay.revocation_token, stay.access_token, next['refresh_token'], remember];
    for (const token of [...told, attemptKey('secret-attempt')]) expect(whole).not.toContain(token as string);

    for (const value of new Set(values.filter((each) => each.length >= 8 && each.length < 4000))) {
      expect((await on.refresh(value, attemptKey('thief'))).status).toBe(400);
      await on.call('POST', '/revoke', { form: { token: value } });
      expect(await sessions.remember.redeem(value)).toBeNull();
      if (/^[\x21-\x7e]+$/.test(value))
        expect((await on.call('GET', '/session', { accessToken: value })).status).toBe(401);
    }
    expect(await sessions.isValid(stay.session_id)).toBe(true);
    expect((await on.refresh(next['refresh_token'] as string, attemptKey('owner'))).status).toBe(200);
  } finally {
    await sessions.close();
  }
});
