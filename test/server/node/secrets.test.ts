import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileKeyStore } from '../../../src/server/node/file-key-store.ts';
import { openStore } from '../../../src/server/node/open-store.ts';
import { hashPassword, isPassword } from '../../../src/server/node/password.ts';
import { demoDirectory } from '../../../src/server/node/demo-users.ts';
import { keptSecrets, replaceSecrets } from '../../../src/server/node/secrets.ts';
import { generateSigningKey } from '../../../src/server/tokens/signing-key.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'sojourn-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('the secrets of a server', () => {
  it('are made once and for the owner alone', () => {
    const place = join(folder, 'secrets');
    const first = keptSecrets(place);
    expect(keptSecrets(place)).toEqual(first);
    expect(first.mac[first.currentMac]).toHaveLength(32);
    expect(first.nonces).toEqual([{ id: 1, secret: expect.any(Uint8Array), signsFrom: 0 }]);
    expect(new Set([first.mac[1], first.userTag, first.nonces[0]!.secret].map(String)).size).toBe(3);
    expect([modeOf(place), modeOf(join(place, 'server.json'))]).toEqual([0o700, 0o600]);
    expect(readdirSync(place)).toEqual(['server.json']);
  });

  it('that cannot be read stop the start, and are not overwritten', () => {
    const path = join(folder, 'server.json');
    keptSecrets(folder);
    const good = JSON.parse(readFileSync(path, 'utf8')) as object;
    for (const text of [
      '',
      '{',
      '{}',
      JSON.stringify({ ...good, version: 2 }),
      JSON.stringify({ ...good, userTag: 'AA' }),
      JSON.stringify({ ...good, currentMac: 9 }),
      JSON.stringify({ ...good, nonces: [] }),
      JSON.stringify({ ...good, nonces: undefined }),
      JSON.stringify({ ...good, nonces: [{ id: 1, secret: 'AA', signsFrom: 0 }] }),
      JSON.stringify({ ...good, nonces: [{ id: 1, secret: 'A'.repeat(43) }] }),
    ]) {
      writeFileSync(path, text);
      expect(() => keptSecrets(folder)).toThrow(expect.objectContaining({ code: 'storage_unavailable' }));
      expect(readFileSync(path, 'utf8')).toBe(text);
    }
  });

  it('of a file from before there could be several secrets of nonces are read, and kept in the new form', () => {
    const path = join(folder, 'server.json');
    keptSecrets(folder);
    const { nonces, ...good } = JSON.parse(readFileSync(path, 'utf8')) as { nonces: Array<{ secret: string }> };
    const dpopNonce = nonces[0]!.secret;
    writeFileSync(path, JSON.stringify({ ...good, dpopNonce }));
    const secrets = keptSecrets(folder);
    expect(secrets.nonces).toEqual([
      { id: 1, secret: new Uint8Array(Buffer.from(dpopNonce, 'base64url')), signsFrom: 0 },
    ]);
    replaceSecrets(folder, secrets);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ ...good, nonces });
  });

  it('lost beside a database stop the start: new ones would sign everybody out', async () => {
    const path = join(folder, 'x.db');
    await (await openStore(`sqlite:${path}`)).store.close();
    expect(modeOf(`${path}.secrets`)).toBe(0o700);
    rmSync(`${path}.secrets`, { recursive: true });
    await expect(openStore(`sqlite:${path}`)).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringContaining('Restore'),
    });
  });
});

describe('signing keys in files', () => {
  it('are listed, for the owner alone, and removed', async () => {
    const store = fileKeyStore(join(folder, 'keys'));
    expect(await store.list()).toEqual([]);
    const key = await generateSigningKey('ES256', { now: 1, signsFrom: 1 });
    await store.add(key);
    expect(await store.list()).toEqual([key]);
    const [file] = readdirSync(join(folder, 'keys'));
    expect(modeOf(join(folder, 'keys', file!))).toBe(0o600);
    await store.remove(key.kid);
    await store.remove(key.kid);
    expect(await store.list()).toEqual([]);
  });

  it('cannot leave their folder', async () => {
    const store = fileKeyStore(join(folder, 'keys'));
    await store.list();
    await store.add({ ...(await generateSigningKey('HS256', { now: 1, signsFrom: 1 })), kid: '../../evil' });
    expect(readdirSync(join(folder, 'keys'))).toEqual(['evil.key.json']);
  });
});

describe('passwords', () => {
  it('are known again, salted, and work the same for nobody', async () => {
    const [a, b] = [await hashPassword('demo'), await hashPassword('demo')];
    expect(a.hash).not.toEqual(b.hash);
    expect(await isPassword('demo', a)).toBe(true);
    expect(await isPassword('Demo', a)).toBe(false);
    expect(await isPassword('demo', null)).toBe(false);
    expect(await isPassword('', null)).toBe(false);
  });

  it('let three demo users in', async () => {
    const { authenticate, findUser } = demoDirectory();
    const context = { address: null, headers: new Headers(), signedIn: null };
    expect(await authenticate({ username: ' Ada ', password: 'demo' }, context)).toEqual({
      id: 'user_ada',
      name: 'Ada Lovelace',
      roles: ['admin'],
    });
    for (const wrong of [
      { username: 'ada', password: 'x' },
      { username: 'eve', password: 'demo' },
      {},
      { username: ['ada'], password: { a: 1 } },
    ])
      expect(await authenticate(wrong as never, context)).toBeNull();
    expect(await findUser!('user_grace')).toMatchObject({ roles: ['editor'] });
    expect(await findUser!('user_eve')).toBeNull();
  });
});
