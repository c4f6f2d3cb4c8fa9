export { serve, type RunningServer, type ServeOptions } from './serve.ts';
export { fileKeyStore } from './file-key-store.ts';
