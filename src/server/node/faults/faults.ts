import type { Sessions } from '../../engine/sessions.ts';
import { problemAnswer } from '../../http/answers.ts';
import { Refusal } from '../../http/refusal.ts';
import type { NodeFetch } from '../http-server.ts';
import { createActiveFaults } from './active-faults.ts';
import { answerDev } from './dev-routes.ts';
import { inject } from './inject.ts';
import { createJournal, journaled } from './journal.ts';

/** Faults on demand and a journal, around a server under test. Never part of a server that strangers can reach. */
export interface Faults {
  /** The engine, observed. */
  observe(sessions: Sessions): Sessions;
  /** The server, with `/dev/…` and its faults. */
  wrap(serve: NodeFetch): NodeFetch;
}

/** Broken answers are readable by the apps, so that a page can tell a 500 from a dead line, as it can in production. */
export function createFaults(origins: readonly string[]): Faults {
  const active = createActiveFaults(() => Date.now());
  const journal = createJournal();

  return {
    observe: (sessions) => journaled(sessions, journal),
    wrap: (serve) => async (request, env) => {
      const path = new URL(request.url).pathname;
      const origin = request.headers.get('origin');
      const isKnown = origin === null || origins.includes(origin);
      if (path.startsWith('/dev/')) {
        if (!isKnown)
          return problemAnswer(new Refusal('not_allowed_origin', 'This Origin is not one of the listed ones.'));
        return shared(
          origin,
          request.method === 'OPTIONS' ? preflight() : await answerDev(request, path, { active, journal }),
        );
      }
      if (request.method === 'OPTIONS') return serve(request, env);
      const name = `${request.method} ${path.replace(/session_[\w-]+/, ':id')}`;
      journal.count('requests', name);
      const faults = active.take(path);
      for (const { kind } of faults) journal.count('faults', kind);
      const answer = await inject(faults, serve, request, env);
      journal.count('answers', `${name} ${answer.status}`);
      return faults.length > 0 && isKnown ? shared(origin, answer) : answer;
    },
  };
}

function preflight(): Response {
  const headers = {
    'Access-Control-Allow-Methods': 'GET, POST, DELETE',
    'Access-Control-Allow-Headers': 'Content-Type',
  };
  return new Response(null, { status: 204, headers });
}

function shared(origin: string | null, answer: Response): Response {
  if (origin === null || answer.headers.has('access-control-allow-origin')) return answer;
  answer.headers.set('Access-Control-Allow-Origin', origin);
  answer.headers.set('Access-Control-Allow-Credentials', 'true');
  answer.headers.set('Access-Control-Expose-Headers', 'Retry-After, DPoP-Nonce, Date');
  answer.headers.append('Vary', 'Origin');
  return answer;
}
