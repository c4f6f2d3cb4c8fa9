import { createSqliteStore } from 'sojourn/server/stores/sqlite';
import { testSessionsContract } from '../sessions-contract.ts';
import { localWorld } from './local-world.ts';
import { remoteWorld } from './remote-world.ts';

testSessionsContract('the engine in memory', async () => localWorld());
testSessionsContract('the engine on SQLite', async () => localWorld(createSqliteStore({ path: ':memory:' })));
testSessionsContract('the engine behind a server', () => remoteWorld());
