// The steps of `npm test`, in order. A check is one program that passes or fails; a suite is vitest projects and their tests.

export type Step =
  | { name: string; about: string; command: string[]; needs?: 'chromium' }
  | { name: string; about: string; projects: string[]; needs?: 'chromium' | 'engines' | 'redis' };

export const steps: Step[] = [
  { name: 'types', about: 'tsc', command: ['node', 'scripts/check-types.ts'] },
  { name: 'lint', about: 'oxlint', command: ['oxlint', '--deny-warnings', '--type-aware'] },
  { name: 'format', about: 'oxfmt', command: ['oxfmt', '--check'] },
  { name: 'unused', about: 'knip', command: ['knip'] },
  { name: 'architecture', about: 'layers, names, lengths, exports', projects: ['architecture'] },
  { name: 'unit', about: 'Node and happy-dom', projects: ['unit', 'dom'] },
  { name: 'scenarios', about: 'whole flows in Node', projects: ['scenarios'] },
  { name: 'redis', about: 'real servers, a cluster, and what can happen to them', projects: ['redis'], needs: 'redis' },
  // Documents of other people, which are not in the repository: whoever has them says where.
  ...(process.env['SEEDS_DIR']
    ? [{ name: 'seeds', about: 'published code, as it stands', command: ['node', 'scripts/seeds.ts'] }]
    : []),
  {
    name: 'simulation',
    about: 'whole histories, new ones each time',
    command: ['node', 'scripts/sim.ts', '--runs', '2000', '--seed', 'commit'],
  },
  { name: 'chromium', about: 'units in a real browser', projects: ['chromium'], needs: 'chromium' },
  { name: 'browser', about: 'many tabs against the real server', projects: ['browser'], needs: 'chromium' },
  { name: 'engines', about: 'Chromium, Firefox and WebKit', projects: ['engines'], needs: 'engines' },
  {
    name: 'soak',
    about: 'a minute of chaos in eight tabs',
    command: ['node', 'scripts/soak.ts', '--seconds', '60'],
    needs: 'chromium',
  },
  { name: 'size', about: 'budgets of the bundles', projects: ['size'] },
  { name: 'package', about: 'the packed tarball', projects: ['package'] },
  { name: 'readme', about: 'its programs and claims', projects: ['readme'] },
];
