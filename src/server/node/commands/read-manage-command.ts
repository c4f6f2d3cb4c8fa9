import { parseArgs } from 'node:util';
import { SessionError } from '../../../protocol/session-error.ts';
import { signingAlgorithms } from '../../tokens/signing-key.ts';
import { listKeys, retireKey, rotateKeys, type KeyCommand } from './keys.ts';
import { listSecrets, retireSecret, rotateSecrets, type SecretName, type SecretsCommand } from './secrets.ts';
import {
  listSessions,
  revokeEverybody,
  revokeSession,
  revokeUser,
  showSession,
  type EngineCommand,
} from './sessions.ts';
import { defineType, listTypes, removeType, showType } from './session-types.ts';

/** Where a command is carried out: on a store, or by a server that runs. */
export type Target =
  | { at: 'store'; store: string; secrets: string | undefined }
  | { at: 'server'; url: string; apiKey: string };

/** A command that looks at what a server keeps, or changes it. */
export interface ManageCommand {
  name: 'manage';
  target: Target;
  json: boolean;
  work: { on: 'engine'; run: EngineCommand } | { on: 'keys'; run: KeyCommand } | { on: 'secrets'; run: SecretsCommand };
}

const flags = {
  store: { type: 'string' },
  secrets: { type: 'string' },
  url: { type: 'string' },
  'api-key-env': { type: 'string' },
  json: { type: 'boolean' },
  user: { type: 'string' },
  everybody: { type: 'boolean' },
  type: { type: 'string' },
  limit: { type: 'string' },
  cursor: { type: 'string' },
  update: { type: 'boolean' },
  force: { type: 'boolean' },
  algorithm: { type: 'string' },
  after: { type: 'string' },
  nonces: { type: 'boolean' },
} as const;

type Flags = ReturnType<typeof parseArgs<{ options: typeof flags }>>['values'];
type FlagName = keyof typeof flags;

/** One command: the flags that are its own, and what it becomes. */
interface Reading {
  flags?: readonly FlagName[];
  /** What its one argument is; none takes none. */
  argument?: string;
  read(flags: Flags, argument: string): ManageCommand['work'];
}

const whoToRevoke = 'the id of a session, --user <id> or --everybody';

const engine = (run: EngineCommand): ManageCommand['work'] => ({ on: 'engine', run });
const keys = (run: KeyCommand): ManageCommand['work'] => ({ on: 'keys', run });
const secrets = (run: SecretsCommand): ManageCommand['work'] => ({ on: 'secrets', run });
const everywhere: readonly FlagName[] = ['store', 'secrets', 'url', 'api-key-env', 'json'];

function readings(): Record<string, Reading> {
  return {
    'sessions list': {
      flags: ['user', 'type', 'limit', 'cursor'],
      read: ({ user, type, limit, cursor }) =>
        engine(
          listSessions({
            user_id: needed('--user <id>', user),
            ...(type === undefined ? {} : { type }),
            ...(limit === undefined ? {} : { limit: numberOf(limit) }),
            ...(cursor === undefined ? {} : { cursor }),
          }),
        ),
    },
    'sessions show': { argument: 'the id of a session', read: (_flags, id) => engine(showSession(id)) },
    'sessions revoke': {
      flags: ['user', 'everybody'],
      argument: whoToRevoke,
      read: ({ user, everybody = false }, id) => {
        if ([user !== undefined, id !== '', everybody].filter(Boolean).length > 1)
          throw invalid('Name a session, or a user with --user, or say --everybody; not both of them.');
        if (everybody) return engine(revokeEverybody());
        return engine(user === undefined ? revokeSession(needed(whoToRevoke, id)) : revokeUser(user));
      },
    },
    'types list': { read: () => engine(listTypes()) },
    'types show': { argument: 'the tag of a type', read: (_flags, tag) => engine(showType(tag)) },
    'types define': {
      flags: ['update'],
      argument: 'a JSON file',
      read: ({ update = false }, file) => engine(defineType(file, { update })),
    },
    'types remove': {
      flags: ['force'],
      argument: 'the tag of a type',
      read: ({ force = false }, tag) => engine(removeType(tag, { force })),
    },
    'keys list': { read: () => keys(listKeys) },
    'keys rotate': {
      flags: ['algorithm'],
      read: ({ algorithm }) => {
        const known = signingAlgorithms.find((each) => each === algorithm);
        if (algorithm !== undefined && known === undefined) throw invalid('--algorithm is ES256, EdDSA or HS256.');
        return keys(rotateKeys(known ?? null));
      },
    },
    'keys retire': {
      flags: ['force'],
      argument: 'the name of a key',
      read: ({ force = false }, kid) => keys(retireKey(kid, { force })),
    },
    'secrets list': { read: () => secrets(listSecrets) },
    'secrets rotate': {
      flags: ['after', 'nonces'],
      read: ({ after, nonces = false }) => secrets(rotateSecrets(nonces ? 'nonces' : 'tokens', after ?? null)),
    },
    'secrets retire': {
      flags: ['force'],
      argument: 'the id of a secret',
      read: ({ force = false }, id) => secrets(retireSecret(secretName(id), { force })),
    },
  };
}

/**
 * Reads `sessions …`, `types …`, `keys …` and `secrets …`.
 *
 * @throws SessionError `invalid_argument` or `invalid_duration` that names the option and the fix
 */
export function readManageCommand(args: string[], env: Readonly<Record<string, string | undefined>>): ManageCommand {
  const { values, positionals } = parsed(args);
  const [group = '', verb = '', argument = '', ...rest] = positionals;
  const known = readings();
  const reading = Object.hasOwn(known, `${group} ${verb}`) ? known[`${group} ${verb}`] : undefined;
  if (reading === undefined) {
    const verbs = Object.keys(known).filter((name) => name.startsWith(`${group} `));
    throw invalid(`Say what to do: ${verbs.join(', ')}.`);
  }
  const allowed = new Set<string>([...everywhere, ...(reading.flags ?? [])]);
  const foreign = Object.keys(values).find((name) => !allowed.has(name));
  if (foreign !== undefined) throw invalid(`sojourn ${group} ${verb} has no --${foreign}.`);
  const tooMuch = reading.argument === undefined ? argument : rest[0];
  if (tooMuch !== undefined && tooMuch !== '') throw invalid(`'${tooMuch.slice(0, 40)}' is one argument too many.`);
  if (reading.argument !== undefined && !reading.argument.includes('--user')) needed(reading.argument, argument);
  const work = reading.read(values, argument);
  return { name: 'manage', work, target: targetOf(values, work.on, env), json: values.json ?? false };
}

function targetOf(
  { url, store, secrets, 'api-key-env': name = 'SOJOURN_API_KEY' }: Flags,
  on: ManageCommand['work']['on'],
  env: Readonly<Record<string, string | undefined>>,
): Target {
  if (url === undefined) return { at: 'store', store: store ?? 'sqlite:./sojourn.db', secrets };
  if (store !== undefined || secrets !== undefined) throw invalid('Take --url, or --store with --secrets; not both.');
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw invalid(
      `--url '${url.replace(/^.*@/, '…@').slice(0, 60)}' is no URL of a server: write http://localhost:4577.`,
    );
  if (on !== 'engine')
    throw invalid('Signing keys and secrets are handed out by no server: run this where the store is, with --store.');
  const apiKey = env[name];
  if (!apiKey)
    throw invalid(`--url needs an API key of that server, in the environment variable ${name.slice(0, 60)}.`);
  return { at: 'server', url, apiKey };
}

function parsed(args: string[]): { values: Flags; positionals: string[] } {
  try {
    // The name of a key may begin with a dash, and is no option for that.
    const names = args.filter((arg) => /^-[\w-]{42}$/.test(arg));
    const rest = args.filter((arg) => !names.includes(arg));
    return parseArgs({ args: [...rest, '--', ...names], options: flags, allowPositionals: true });
  } catch (error) {
    throw invalid(error instanceof Error ? `${error.message.split('. ', 1)[0]}.` : 'The options cannot be read.');
  }
}

function needed(what: string, value: string | undefined): string {
  if (value === undefined || value === '') throw invalid(`Missing: ${what}.`);
  return value;
}

/** Secrets of nonces have names, so that nobody takes one for the other. */
function secretName(text: string): SecretName {
  const [, nonce = '', id] = /^(nonce-)?(\d{1,9})$/.exec(text) ?? [];
  if (id !== undefined) return { of: nonce === '' ? 'tokens' : 'nonces', id: Number(id) };
  throw invalid(`'${text.slice(0, 20)}' is no id of a secret: write 1, or nonce-1.`);
}

function numberOf(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw invalid(`--limit '${text.slice(0, 20)}' is no number of sessions.`);
}

function invalid(message: string): SessionError {
  return new SessionError('invalid_argument', `${message} See: sojourn --help`);
}
