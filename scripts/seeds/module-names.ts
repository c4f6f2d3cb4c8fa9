import path from 'node:path';
import { publicNames, root } from '../public-names.ts';

/** The names that the documents use, and the names under which this package answers to them. */
const answers: Readonly<Record<string, string>> = {
  'sdk.do': 'sojourn/compat/sdk-do',
  ductape: 'sojourn/compat/ductape',
  oslo: 'sojourn/compat/oslo',
  'oslo/session': 'sojourn/compat/oslo/session',
  'oslo/cookie': 'sojourn/compat/oslo/cookie',
  '@useoneauth/sessions': 'sojourn/compat/oneauth/sessions',
  '@useoneauth/events-core': 'sojourn/compat/oneauth/events-core',
};

/** The source file behind each name. Real packages are not among them. */
export function facadeFiles(): Map<string, string> {
  const sources = new Map(publicNames().map(({ name, source }) => [name, path.join(root, source)]));
  return new Map(
    Object.entries(answers).map(([name, answer]) => {
      const file = sources.get(answer);
      if (file === undefined) throw new Error(`package.json exports no ${answer}.`);
      return [name, file];
    }),
  );
}

/** The file behind a name; null for a real package. */
export function fileOf(name: string): string | null {
  return facadeFiles().get(name) ?? null;
}
