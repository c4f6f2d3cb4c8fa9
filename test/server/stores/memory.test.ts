import { createMemoryStore } from '../../../src/server/stores/memory.ts';
import { testStore } from './store-conformance.ts';

testStore('memory', (options) => ({ store: createMemoryStore(options), dispose: () => {} }));
