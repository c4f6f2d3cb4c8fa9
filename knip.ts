import type { KnipConfig } from 'knip';
import { publicNames } from './scripts/public-names.ts';

const config: KnipConfig = {
  entry: [
    ...publicNames().map(({ source }) => source),
    'src/server/node/cli.ts',
    'scripts/{build,catalogue,check-types,provision,seeds,sim,size,soak,start,test,tour}.ts',
    'test/**/*.test.{ts,tsx}',
    'test/types/**/*.{ts,tsx}',
    // Bundled into pages, or started as programs of their own.
    'test/browser/page/*.ts',
    'test/client/vaults/count-in-file.ts',
    'scripts/seeds/run-block.ts',
  ],
  project: ['src/**/*.{ts,tsx}', 'scripts/**/*.ts', 'test/**/*.{ts,tsx}', 'playground/**/*.{ts,tsx}'],
  // The shape of an exported function's argument is exported with it.
  ignoreExportsUsedInFile: { interface: true, type: true },
  ignoreBinaries: ['apt-get'],
};

export default config;
