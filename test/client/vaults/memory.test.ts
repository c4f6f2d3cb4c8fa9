import { memoryVault } from '../../../src/client/vaults/memory.ts';
import { testVault } from './vault-conformance.ts';

testVault('memory', () => {
  const vault = memoryVault();
  return { open: () => vault, persistence: 'memory', holdsKeys: true, shared: true };
});
