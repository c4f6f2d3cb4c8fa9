import type { SessionView } from 'sojourn';

const browsers: ReadonlyArray<readonly [RegExp, string]> = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const systems: ReadonlyArray<readonly [RegExp, string]> = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux|X11/, 'Linux'],
];

/** What a person calls their device: `Chrome on Linux`. */
export function deviceName({ device }: SessionView): string {
  if (device.label) return device.label;
  const agent = device.user_agent ?? '';
  const find = (list: typeof browsers): string | undefined => list.find(([pattern]) => pattern.test(agent))?.[1];
  const [browser, system] = [find(browsers), find(systems)];
  if (!browser && !system) return 'Some device';
  return `${browser ?? 'A browser'}${system ? ` on ${system}` : ''}`;
}
