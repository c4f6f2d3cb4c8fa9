// iron-session on node:http: the session is the cookie.
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { getIronSession } from 'iron-session';
import { report } from '../server/control.ts';

const options = {
  cookieName: 'bench',
  password: 'a password of the bench, at least 32 letters long',
  // Plain http.
  cookieOptions: { secure: false },
};

const routes = {
  async 'POST /sign-in'(session, request) {
    const { user } = await json(request);
    Object.assign(session, { user, device: request.headers['user-agent'], createdAt: Date.now(), data: {} });
    await session.save();
    return { user };
  },
  async 'GET /session'({ user, device, createdAt, data }) {
    return { session: { user, device, createdAt, data, padding: 'x'.repeat(150) } };
  },
  async 'PUT /data/cart'(session, request) {
    session.data.cart = await json(request);
    await session.save();
    return { data: session.data };
  },
  async 'POST /sign-out'(session) {
    session.destroy();
    return {};
  },
  // A request that takes its time and then writes.
  async 'POST /slow'(session) {
    await wait(30);
    session.data.slow = Date.now();
    await session.save();
    return {};
  },
};

async function answer(request, response) {
  const session = await getIronSession(request, response, options);
  const { pathname } = new URL(request.url, 'http://localhost');
  const route = `${request.method} ${pathname}`;
  const isAllowed = session.user !== undefined || route === 'POST /sign-in';
  const body = JSON.stringify(isAllowed ? await routes[route](session, request) : { error: 'nobody is signed in' });
  response.writeHead(isAllowed ? 200 : 401, { 'Content-Type': 'application/json', 'Content-Length': body.length });
  response.end(body);
}

const server = createServer((request, response) => void answer(request, response));
server.listen(0, '127.0.0.1', () => report(server.address().port));
