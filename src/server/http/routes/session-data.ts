import type { Context } from 'hono';
import type { Session } from '../../engine/sessions.ts';
import { jsonAnswer } from '../answers.ts';
import { authorize, authorizeWrite } from '../authorize.ts';
import { demandPageData } from '../page-data.ts';
import { Refusal } from '../refusal.ts';
import { readJson } from '../request-body.ts';
import { dataKeySchema, dataSchema, demandValid, ifMatchSchema } from '../request-schemas.ts';
import type { Route, Service } from '../service.ts';

/** `GET /session/data`: the app's own data in the session. */
export const readData: Route = (service) => async (c) => {
  const session = await sessionToRead(service, c);
  return dataAnswer(session);
};

/** `GET /session/data/:key`. */
export const readDataKey: Route = (service) => async (c) => {
  const session = await sessionToRead(service, c);
  const key = keyOf(c);
  if (!Object.hasOwn(session.data, key)) throw new Refusal('not_found', 'The session has no data under this key.');
  return jsonAnswer({ value: session.data[key], version: session.version }, 200, etag(session));
};

/** `PUT /session/data`: replaces everything; `If-Match` makes it a compare-and-set. */
export const replaceData: Route = (service) => async (c) => {
  const session = await sessionToWrite(service, c);
  const data = demandValid(dataSchema, await readJson(c));
  return dataAnswer(await service.sessions.data.replace(session.id, data, condition(c)));
};

/** `PATCH /session/data`: given keys overwrite, the rest stays. */
export const updateData: Route = (service) => async (c) => {
  const session = await sessionToWrite(service, c);
  const patch = demandValid(dataSchema, await readJson(c));
  return dataAnswer(await service.sessions.data.update(session.id, patch, condition(c)));
};

/** `PUT /session/data/:key`: the body is the value, any JSON. */
export const writeDataKey: Route = (service) => async (c) => {
  const session = await sessionToWrite(service, c);
  const value = await readJson(c);
  return dataAnswer(await service.sessions.data.set(session.id, keyOf(c), value));
};

/** `DELETE /session/data/:key`. */
export const removeDataKey: Route = (service) => async (c) => {
  const session = await sessionToWrite(service, c);
  return dataAnswer(await service.sessions.data.remove(session.id, keyOf(c)));
};

/** `DELETE /session/data`. */
export const clearData: Route = (service) => async (c) => {
  const session = await sessionToWrite(service, c);
  return dataAnswer(await service.sessions.data.clear(session.id));
};

async function sessionToRead(service: Service, c: Context): Promise<Session> {
  const { session } = await authorize(service, c);
  demandPageData(service.pageData, 'read');
  return session;
}

async function sessionToWrite(service: Service, c: Context): Promise<Session> {
  const { session } = await authorizeWrite(service, c);
  demandPageData(service.pageData, 'write');
  return session;
}

function dataAnswer(session: Session): Response {
  return jsonAnswer({ data: session.data, version: session.version }, 200, etag(session));
}

function etag(session: Session): Record<string, string> {
  return { ETag: `"${session.version}"` };
}

function keyOf(c: Context): string {
  return demandValid(dataKeySchema, c.req.param('key') ?? '');
}

function condition(c: Context): { ifVersion?: number } {
  const header = c.req.header('if-match');
  if (header === undefined || demandValid(ifMatchSchema, header) === '*') return {};
  return { ifVersion: Number(header.slice(1, -1)) };
}
