import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../../scripts/public-names.ts';
import { tablesUnder } from '../readme/markdown-tables.ts';

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional?: boolean }>;
  allowScripts: Record<string, boolean>;
}

interface LockedPackage {
  integrity?: string;
  license?: string;
  resolved?: string;
  dev?: boolean;
  hasInstallScript?: boolean;
}

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as Manifest;
const lockedIn = (file: string): Record<string, LockedPackage> =>
  (JSON.parse(read(file)) as { packages: Record<string, LockedPackage> }).packages;
const { '': own, ...locked } = lockedIn('package-lock.json');
const runTime = Object.entries(locked).filter(([, { dev }]) => dev !== true);

/** Licences that ask for nothing but their own text. */
const freeLicences = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

/** Name and licence of each package in the table under a heading of CONTRIBUTING.md. One licence may stand for all of a row. */
function listed(heading: string): Map<string, string> {
  const [table] = tablesUnder(read('CONTRIBUTING.md'), heading);
  const pairs = table!.rows.flatMap((row) => {
    const names = row[0]!.replaceAll('`', '').split(', ');
    const licences = row.at(-1)!.split(', ');
    return names.map((name, index) => [name, licences[licences.length === 1 ? 0 : index] ?? ''] as const);
  });
  return new Map(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function licensesOf(names: Record<string, string>): Map<string, string> {
  const sorted = Object.keys(names).toSorted();
  return new Map(sorted.map((name) => [name, locked[`node_modules/${name}`]?.license ?? 'not in the lock file']));
}

function installedBytes(name: string): number {
  const entries = readdirSync(path.join(root, 'node_modules', name), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name: file }) => sum + statSync(path.join(parentPath, file)).size, 0);
}

describe('CONTRIBUTING.md', () => {
  test.each([
    ['### Of the package', manifest.dependencies],
    ['### Optional peers', manifest.peerDependencies],
    ['### For development', manifest.devDependencies],
  ])('lists under %s each dependency with its licence, and no other', (heading, names) => {
    expect(listed(heading)).toEqual(licensesOf(names));
  });

  test('gives for each a reason, its size as it is installed, and the size of what reaches a page', () => {
    const sections = ['### Of the package', '### Optional peers', '### For development'];
    const [own = [], ...others] = sections.map((name) => tablesUnder(read('CONTRIBUTING.md'), name)[0]!.rows);
    const rows = [...own, ...others.flat()];
    expect(rows.filter(([, reason = '']) => reason.length < 5)).toEqual([]);
    expect(own.filter(([, , inPage = '']) => !/^\d+(\.\d)? kB$/.test(inPage))).toEqual([]);
    const unsized = rows.filter((row) => {
      const sizes = row
        .at(-2)!
        .split(', ')
        .filter((size) => /^\d+(\.\d)? [kM]B$/.test(size));
      return sizes.length !== row[0]!.split(', ').length;
    });
    expect(unsized).toEqual([]);
  });

  test('says how large the dependencies of the package are, to a tenth', () => {
    const [table] = tablesUnder(read('CONTRIBUTING.md'), '### Of the package');
    const wrong = table!.rows.filter((row) => {
      const [, number = '', unit] = /^([\d.]+) (kB|MB)$/.exec(row.at(-2)!) ?? [];
      const real = installedBytes(row[0]!);
      return !(Math.abs(Number(number) * (unit === 'MB' ? 1e6 : 1e3) - real) <= real / 10);
    });
    expect(wrong).toEqual([]);
  });
});

describe('what an app installs with the package', () => {
  test('runs no program when it is installed', () => {
    expect(runTime.length).toBeGreaterThan(Object.keys(manifest.dependencies).length - 1);
    expect(runTime.filter(([, { hasInstallScript }]) => hasInstallScript === true)).toEqual([]);
    const scripts = Object.entries(locked).filter(([, { hasInstallScript }]) => hasInstallScript === true);
    expect(scripts.map(([folder]) => folder.replace('node_modules/', ''))).toEqual(Object.keys(manifest.allowScripts));
  });

  test('has licences that ask for nothing but their own text, those of dependencies of dependencies, too', () => {
    expect(runTime.filter(([, { license = 'none' }]) => !freeLicences.includes(license))).toEqual([]);
  });

  test('has no peer that it must have', () => {
    const optional = Object.entries(manifest.peerDependenciesMeta).filter(([, { optional: is }]) => is === true);
    expect(optional.map(([name]) => name)).toEqual(Object.keys(manifest.peerDependencies));
  });
});

test.each(['package-lock.json', 'bench/package-lock.json'])(
  '%s has the checksum of every package, and names no registry',
  (file) => {
    const { '': _own, ...packages } = lockedIn(file);
    expect(Object.keys(packages).length).toBeGreaterThan(100);
    const unsure = Object.entries(packages).filter(
      ([, { integrity = '' }]) => !/^sha512-[\w+/]{86}==$/.test(integrity),
    );
    expect(unsure.map(([folder]) => folder)).toEqual([]);
    expect(Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  },
);

test('the lock file is that of package.json', () => {
  const { dependencies, devDependencies, peerDependencies } = manifest;
  expect(own).toMatchObject({ dependencies, devDependencies, peerDependencies });
});
