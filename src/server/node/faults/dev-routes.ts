import { isSessionError } from '../../../protocol/session-error.ts';
import { jsonAnswer, problemAnswer } from '../../http/answers.ts';
import { Refusal } from '../../http/refusal.ts';
import type { ActiveFaults } from './active-faults.ts';
import { parseFault } from './fault.ts';
import type { Journal } from './journal.ts';

/**
 * `POST /dev/faults` (a fault, a list of them, or `{ "reset": true }`), `GET` and `DELETE /dev/faults`,
 * `GET` and `DELETE /dev/journal`.
 */
export async function answerDev(
  request: Request,
  path: string,
  { active, journal }: { active: ActiveFaults; journal: Journal },
): Promise<Response> {
  const { method } = request;
  if (path === '/dev/journal') {
    if (method === 'DELETE') journal.reset();
    return jsonAnswer(journal.read());
  }
  if (path !== '/dev/faults') return problemAnswer(new Refusal('not_found', 'There is nothing at this address.'));
  try {
    if (method === 'DELETE') active.clear();
    if (method === 'POST') set(active, await request.json());
    return jsonAnswer({ faults: active.list() });
  } catch (error) {
    return problemAnswer(isSessionError(error) ? error : new Refusal('invalid_argument', 'The body is not JSON.'));
  }
}

function set(active: ActiveFaults, body: unknown): void {
  if (typeof body === 'object' && body !== null && 'reset' in body) return active.clear();
  const faults = (Array.isArray(body) ? body : [body]).map(parseFault);
  for (const fault of faults) active.add(fault);
}
