export { serve, type RunningServer } from './serve.ts';
export type { ServeOptions } from './serve-options.ts';
export { fileKeyStore } from './file-key-store.ts';
