// The session server as `sojourn serve --no-limits` runs it, but everybody's password is right at once: hashing passwords
// (tens of milliseconds by intention) is the app's business and would hide everything else about a sign-in.
import { serve } from '../../src/server/node/serve.ts';
import { report } from './control.ts';

const store = process.argv[2] ?? 'memory';
const person = (id: string): { id: string; name: string; roles: string[] } => ({
  id,
  name: 'Ada Lovelace',
  roles: ['admin'],
});

const { port } = await serve({
  port: 0,
  store,
  limits: false,
  lightweight: true,
  authenticate: ({ username }) => person(String(username)),
  findUser: person,
});
report(port);
