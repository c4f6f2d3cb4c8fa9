import type { Context } from 'hono';
import type { JsonObject } from '../../engine/json.ts';
import type { Session } from '../../engine/sessions.ts';
import { jsonAnswer } from '../answers.ts';
import { authorize } from '../authorize.ts';
import { badRequest, Refusal } from '../refusal.ts';
import { readJson } from '../request-body.ts';
import type { Route } from '../service.ts';

/** `GET /session/data`: the app's own data in the session. */
export const readData: Route = (service) => async (c) => {
  const { session } = await authorize(service, c);
  return dataAnswer(session);
};

/** `GET /session/data/:key`. */
export const readDataKey: Route = (service) => async (c) => {
  const { session } = await authorize(service, c);
  const key = keyOf(c);
  if (!Object.hasOwn(session.data, key)) throw new Refusal('not_found', 'The session has no data under this key.');
  return jsonAnswer({ value: session.data[key], version: session.version }, 200, etag(session));
};

/** `PUT /session/data`: replaces everything; `If-Match` makes it a compare-and-set. */
export const replaceData: Route = (service) => async (c) => {
  const { session } = await authorize(service, c);
  const data = demandObject(await readJson(c));
  return dataAnswer(await service.sessions.data.replace(session.id, data, condition(c)));
};

/** `PATCH /session/data`: given keys overwrite, the rest stays. */
export const updateData: Route = (service) => async (c) => {
  const { session } = await authorize(service, c);
  const patch = demandObject(await readJson(c));
  return dataAnswer(await service.sessions.data.update(session.id, patch, condition(c)));
};

/** `PUT /session/data/:key`: the body is the value, any JSON. */
export const writeDataKey: Route = (service) => async (c) => {
  const { session } = await authorize(service, c);
  const value = await readJson(c);
  return dataAnswer(await service.sessions.data.set(session.id, keyOf(c), value));
};

/** `DELETE /session/data/:key`. */
export const removeDataKey: Route = (service) => async (c) => {
  const { session } = await authorize(service, c);
  return dataAnswer(await service.sessions.data.remove(session.id, keyOf(c)));
};

/** `DELETE /session/data`. */
export const clearData: Route = (service) => async (c) => {
  const { session } = await authorize(service, c);
  return dataAnswer(await service.sessions.data.clear(session.id));
};

function dataAnswer(session: Session): Response {
  return jsonAnswer({ data: session.data, version: session.version }, 200, etag(session));
}

function etag(session: Session): Record<string, string> {
  return { ETag: `"${session.version}"` };
}

function keyOf(c: Context): string {
  const key = c.req.param('key') ?? '';
  if (key === '' || key.length > 256) throw badRequest('A key has 1 to 256 characters.');
  return key;
}

function demandObject(value: unknown): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badRequest('Session data is a JSON object.');
  return value as JsonObject;
}

function condition(c: Context): { ifVersion?: number } {
  const header = c.req.header('if-match');
  if (header === undefined || header === '*') return {};
  const version = /^"(\d{1,15})"$/.exec(header)?.[1];
  if (version === undefined) throw badRequest('If-Match must be the ETag of an earlier answer.');
  return { ifVersion: Number(version) };
}
