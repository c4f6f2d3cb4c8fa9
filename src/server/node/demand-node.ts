import { SessionError } from '../../protocol/session-error.ts';

const oldest = { major: 22, minor: 13 };

/** Throws `not_supported` on a Node that lacks what the server is made of (`node:sqlite`), before it fails somewhere inside. */
export function demandNode(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > oldest.major || (major === oldest.major && minor >= oldest.minor)) return;
  throw new SessionError(
    'not_supported',
    `sojourn needs Node ${oldest.major}.${oldest.minor} or newer; this is ${version}.`,
  );
}
