import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { InvalidTokenError, SessionError, SessionExpiredError } from 'sojourn/compat/sdk-do';
import { after, createSdkWorld, day, hour } from './sdk-world.ts';

test('S8 S50: a token leads to its session, without being in the answer', async () => {
  const { session } = createSdkWorld();
  const { token, ...made } = await session.create({ userId: 'ada', data: { theme: 'dark' } });
  expect(await session.verify(token)).toEqual(made);
  expect(Object.keys(decodeProtectedHeader(token))[0]).toBe('alg');
  expect(decodeJwt(token)).toMatchObject({ sub: 'ada', sid: made.id, gen: 0 });
});

test('S53: it is taken as it is, after Bearer, and with the tag of its type', async () => {
  const { session } = createSdkWorld();
  const { id, token } = await session.create({ userId: 'ada' });
  for (const text of [token, `Bearer ${token}`, `bearer ${token}`, `session:${token}`, `Bearer session:${token}`])
    expect(await session.verify(text)).toMatchObject({ id });
  await expect(session.verify(`other:${token}`)).rejects.toBeInstanceOf(InvalidTokenError);
});

test('S8: what is no token of ours is refused, whatever it looks like', async () => {
  const { session } = createSdkWorld();
  const { token } = await session.create({ userId: 'ada' });
  const foreign = await createSdkWorld().session.create({ userId: 'ada' });
  const [head, body, code] = token.split('.');
  const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
  const forged = await new SignJWT(decodeJwt(token))
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(new Uint8Array(32));
  const bad = [
    '',
    'x',
    'a.b.c',
    `${head}.${body}`,
    `${none}.${body}.`,
    `${head}.${body}.${code}x`,
    forged,
    foreign.token,
  ];
  for (const text of [...bad, undefined as never, 7 as never])
    await expect(session.verify(text)).rejects.toMatchObject({ code: 'INVALID_TOKEN', status: 401, retryable: false });
});

test('S15 S56: a refresh gives a new token for the same session, and begins its life anew; the old token is superseded', async () => {
  const { session, clock } = createSdkWorld();
  const { id, token } = await session.create({ userId: 'ada', data: { a: 1 } });
  clock.at += hour;
  const refreshed = await session.refresh(id);
  expect(refreshed).toMatchObject({ id, expiresAt: after(day + hour), data: { a: 1 } });
  expect(refreshed.token).not.toBe(token);
  await expect(session.verify(token)).rejects.toMatchObject({
    name: 'SessionError',
    code: 'TOKEN_SUPERSEDED',
    status: 401,
  });
  expect(await session.verify(refreshed.token)).toMatchObject({ id });
});

test('S16: a refresh never takes anything away, and never goes past the limit', async () => {
  const { session, clock } = createSdkWorld();
  const { id } = await session.create({ userId: 'ada', expiresIn: '1d', absoluteTimeout: '3d' });
  await session.extend(id, '1d');
  expect((await session.refresh(id)).expiresAt).toBe(after(2 * day));
  clock.at += 47 * hour;
  expect((await session.refresh(id)).expiresAt).toBe(after(47 * hour + day));
  clock.at += 23 * hour;
  expect((await session.refresh(id)).expiresAt).toBe(after(3 * day));
});

test('S22 S49: the token of a session that is over says so, and why', async () => {
  const { session, clock } = createSdkWorld();
  const { id, token } = await session.create({ userId: 'ada', expiresIn: '1h' });
  clock.at += hour;
  const error = await session.verify(token).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SessionExpiredError);
  expect(error).toMatchObject({ code: 'SESSION_EXPIRED', reason: 'window', status: 401 });
  await expect(session.refresh(id)).rejects.toBeInstanceOf(SessionExpiredError);
});

test('S8: a token is good for as long as the session is extended', async () => {
  const { session, clock } = createSdkWorld();
  const { id, token } = await session.create({ userId: 'ada' });
  await session.extend(id, '10d');
  clock.at += 10 * day;
  expect(await session.verify(token)).toMatchObject({ id });
});

test('S57: who would rather not catch gets an answer', async () => {
  const { session } = createSdkWorld();
  const { id, token } = await session.create({ userId: 'ada' });
  expect(await session.tryVerify(token)).toMatchObject({ valid: true, session: { id } });
  await session.delete(id);
  const refused = await session.tryVerify(token);
  expect(refused).toMatchObject({ valid: false, error: { code: 'SESSION_REVOKED' } });
  expect(await session.tryVerify('x')).toMatchObject({ valid: false, error: { code: 'INVALID_TOKEN' } });
  if (!refused.valid) expect(refused.error).toBeInstanceOf(SessionError);
});
