import { allOperations } from '../operations/table.ts';
import { jsonAnswer } from './answers.ts';
import { adminOperations } from './openapi/admin-operations.ts';
import { adminTokenOperations } from './openapi/admin-token-operations.ts';
import { openapiDocument, type OpenapiDocument } from './openapi/document.ts';
import type { Operation } from './openapi/operation.ts';
import { introspectionOperation, metricsOperation, serverOperations } from './openapi/server-operations.ts';
import { deviceOperations, sessionOperations } from './openapi/session-operations.ts';
import { signInOperations } from './openapi/sign-in-operations.ts';
import type { Route, Service } from './service.ts';

/** Version of what the document describes: that of the package. */
export const apiVersion = '0.1.0';

/** `GET /openapi.json`: every route of this server, as OpenAPI 3.1. Made when it is first asked for. */
export const openapi: Route = (service) => {
  let document: OpenapiDocument | null = null;
  return () => {
    document ??= openapiDocument({
      version: apiVersion,
      serverUrl: service.publicUrl,
      operations: operationsOf(service),
    });
    return jsonAnswer(document, 200, { 'Cache-Control': 'public, max-age=300', Vary: 'Origin' });
  };
};

function operationsOf(service: Service): Operation[] {
  return [
    ...signInOperations(service),
    ...sessionOperations(),
    ...deviceOperations(),
    ...serverOperations(),
    ...(service.introspectionKeys === null ? [] : [introspectionOperation()]),
    ...(service.hasAdmin ? [...adminOperations(allOperations()), ...adminTokenOperations()] : []),
    ...(service.metrics === null ? [] : [metricsOperation(service.metrics.isOpen ? [] : ['apiKey'])]),
  ];
}
