export { connectSessions, type ConnectOptions } from './connect-sessions.ts';
