// What a dedicated worker of an app does. There is no window, no document and no localStorage here.
import { createSessionManager } from 'sojourn';

const session = createSessionManager({ url: 'https://auth.example.com', name: 'in a worker' });
const state = await session.ready();
const code = await session.getAccessToken().catch((error: { code: string }) => error.code);
session.dispose();
postMessage({ status: state.status, persistence: state.persistence, code, hasDocument: 'document' in globalThis });
