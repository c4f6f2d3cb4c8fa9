import type { Context } from 'hono';
import { isSessionError } from '../../protocol/session-error.ts';
import { oauthAnswer } from './answers.ts';
import { noteFacts } from './observer.ts';
import { Refusal } from './refusal.ts';
import type { Route, Service } from './service.ts';

/** A route of OAuth: errors of the request are told in the form of RFC 6749 section 5.2; all others stay problem documents. */
export function oauthRoute(answer: (service: Service, c: Context) => Promise<Response>): Route {
  return (service) => async (c) => {
    try {
      return await answer(service, c);
    } catch (error) {
      const told = oauthError(error);
      if (told === null) throw error;
      if (isSessionError(error)) noteFacts(c, { code: error.code });
      return told;
    }
  };
}

function oauthError(error: unknown): Response | null {
  if (!isSessionError(error)) return null;
  const { code, message, status } = error;
  const headers = error instanceof Refusal ? error.headers : {};
  if (code === 'invalid_dpop_proof' || code === 'use_dpop_nonce') return oauthAnswer(code, code, message, { headers });
  return code === 'invalid_argument' && status === 400 ? oauthAnswer('invalid_request', code, message) : null;
}
