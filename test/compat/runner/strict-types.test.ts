import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { compileBlocks } from '../../../scripts/seeds/compile-blocks.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'sojourn-types-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Code as people write it for each of the published modules, with what it takes for granted. */
const programs = {
  sdk: [
    `import { $, session, auth, db } from 'sdk.do';
export async function remember(id: string, item: string) {
  const list = (await session.get(id, 'list')) || { items: [] };
  list.items.push(item);
  await session.set(id, 'list', list);
  await session.touch(id);
  return list;
}
export async function names(userId: string) {
  const all = await session.list(userId);
  return all.map((one) => [one.id, one.data?.name || 'none', one.lastActivity, one.isActive, String($.A.b.C)]);
}
export async function enter(email: string, password: string) {
  const { userId } = await auth.login({ email, password });
  const made = await session.create({ userId, data: { at: new Date() }, expiresIn: '2h' });
  const again = await session.verify(made.token);
  await session.setExpiration(again.id, new Date());
  const left: number = await session.timeRemaining(again.id);
  return { token: made.token, left, known: await session.isValid(made.id), db };
}`,
    '',
  ],
  ductape: [
    `const type = await ductape.product.sessions.create({
  name: 'Visit', tag: 'visit', description: 'A visit', schema: { id: 'a', deep: { n: 1 } },
  selector: '$Session{id}', expiry: 2, period: 'hours',
});
await ductape.product.sessions.update({ tag: 'visit', expiry: 3, period: 'days' });
const all = await ductape.product.sessions.fetchAll();
const one = await ductape.product.sessions.fetch('visit');
console.log(type, all.length, one);`,
    "declare const ductape: import('ductape').Ductape;",
  ],
  oslo: [
    `import { TimeSpan, createDate } from 'oslo';
import { SessionController, SessionCookieController, type Session, type SessionCookie } from 'oslo/session';
import { parseCookies, serializeCookie } from 'oslo/cookie';
const sessions = new SessionController(new TimeSpan(2, 'w'));
const cookies = new SessionCookieController('s', sessions.expiresIn, { secure: false });
const made: Session = sessions.createSession('id');
const cookie: SessionCookie = cookies.createSessionCookie(made.sessionId);
const id = cookies.parseCookies(request.headers.get('Cookie'));
const state = sessions.validateSessionState(id ?? '', createDate(new TimeSpan(1, 'm')));
if (state?.fresh) response.headers.set('Set-Cookie', cookie.serialize() + serializeCookie('a', 'b'));
console.log(parseCookies('a=b').get('a'));`,
    'declare const request: Request;\ndeclare const response: Response;',
  ],
  upstash: [
    `import { Redis } from '@upstash/redis';
const redis = Redis.fromEnv();
export async function all(userId: string) {
  const ids = await redis.smembers(\`user:\${userId}:sessions\`);
  const pipeline = redis.pipeline();
  ids.forEach((id) => pipeline.exists(id));
  const found = await pipeline.exec();
  return ids.filter((_, i) => found[i] === 0);
}`,
    '',
  ],
  oneauth: [
    `import { SessionService, InMemorySessionRepository } from '@useoneauth/sessions';
import { InMemoryEventBus } from '@useoneauth/events-core';
const service = new SessionService(new InMemorySessionRepository(), new InMemoryEventBus(), { idleTTLMinutes: 5 });
const { id } = await service.createSession({ identityId: 'u', trustContext: { ipAddress: '::1' } });
await service.validateSession(id);
await service.refreshSession(id);
const count: number = await service.revokeAllForIdentity('u');
console.log(count);`,
    '',
  ],
} as const;

it('code written for each of the published modules compiles under strict TypeScript, untouched (S109)', () => {
  const blocks = Object.entries(programs).map(([id, [code, ambient]]) => ({
    block: { id, document: '', heading: '', code },
    ambient,
  }));
  const { byBlock, elsewhere } = compileBlocks(folder, blocks);
  expect(Object.fromEntries(byBlock)).toEqual({});
  expect(elsewhere).toEqual([]);
}, 120_000);

it('code that is wrong is refused, in the block where it is wrong (S109)', () => {
  const blocks = [
    { id: 'wrong', code: "import { TimeSpan } from 'oslo';\nconst a: string = new TimeSpan(1, 'd').seconds();" },
    { id: 'loose', code: 'export function f(a) { return a; }' },
    { id: 'right', code: "import { TimeSpan } from 'oslo';\nconsole.log(new TimeSpan(1, 'd').seconds());" },
  ].map(({ id, code }) => ({ block: { id, document: '', heading: '', code }, ambient: '' }));
  const { byBlock } = compileBlocks(folder, blocks);
  expect([...byBlock.keys()].sort()).toEqual(['loose', 'wrong']);
  expect(byBlock.get('wrong')).toEqual([expect.stringContaining("'number' is not assignable to type 'string'")]);
}, 120_000);
