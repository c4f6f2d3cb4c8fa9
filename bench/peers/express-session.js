// express + express-session + connect-redis, as connect-redis' documentation has it. JavaScript, as all peers are: types are
// checked where they are not installed.
import { RedisStore } from 'connect-redis';
import express from 'express';
import session from 'express-session';
import { createClient } from 'redis';
import { report } from '../server/control.ts';

const client = createClient({ url: process.argv[2] });
await client.connect();

const app = express();
app.disable('x-powered-by');
app.use(
  session({
    store: new RedisStore({ client }),
    secret: 'a secret of the bench, 32 letters.',
    resave: false,
    saveUninitialized: false,
  }),
);

app.post('/sign-in', express.json(), (request, response, next) => {
  request.session.regenerate((error) => {
    if (error) return next(error);
    const { user } = request.body;
    Object.assign(request.session, { user, device: request.headers['user-agent'], createdAt: Date.now(), data: {} });
    response.status(201).json({ user });
  });
});

app.use((request, response, next) => {
  if (request.session.user) return next();
  response.status(401).json({ error: 'nobody is signed in' });
});

app.get('/session', ({ session: found }, response) => {
  const { user, device, createdAt, data } = found;
  response.json({ session: { user, device, createdAt, data, padding: 'x'.repeat(150) } });
});
app.put('/data/:key', express.json({ strict: false }), (request, response) => {
  request.session.data[request.params.key] = request.body;
  response.json({ data: request.session.data });
});
app.get('/data/:key', (request, response) => {
  response.json({ value: request.session.data[request.params.key] });
});
app.post('/sign-out', (request, response, next) => {
  request.session.destroy((error) => (error ? next(error) : response.json({})));
});
// A request that takes its time and then writes: an upload, a call to another service.
app.post('/slow', (request, response) => {
  setTimeout(() => {
    request.session.data.slow = Date.now();
    response.json({});
  }, Number(request.query.ms));
});

const server = app.listen(0, '127.0.0.1', () => report(server.address().port));
