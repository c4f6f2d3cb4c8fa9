import type { Redis } from '@upstash/redis';

/** What the client of `@upstash/redis` takes in the place of a connection. */
type Requester = Extract<ConstructorParameters<typeof Redis>[0], { request: unknown }>;

type Value = string | Set<string>;
interface Entry {
  value: Value;
  expiresAt: number;
}

/** Redis enough for sessions, in a map: no port, no process, and the time is `Date.now()`, which a test can set. */
export class MapRedis {
  readonly #entries = new Map<string, Entry>();

  /** For `new Redis(requester)`. */
  readonly requester: Requester = {
    request: async <Result>({ path = [], body }: { path?: string[]; body?: unknown }) => {
      await Promise.resolve();
      const answer = path.length === 0 ? this.#settle(body) : (body as unknown[]).map((one) => this.#settle(one));
      return answer as { result?: Result; error?: string };
    },
  };

  #settle(command: unknown): { result: unknown } | { error: string } {
    const [name = '', ...args] = (command as unknown[]).map(String);
    try {
      return { result: this.#run(name.toLowerCase(), args) };
    } catch (error) {
      return { error: (error as Error).message };
    }
  }

  #run(name: string, [key = '', ...args]: string[]): unknown {
    const entry = this.#live(key);
    switch (name) {
      case 'get':
        return entry ? this.#text(entry) : null;
      case 'set':
        return this.#set(key, args, entry);
      case 'del':
        return [key, ...args].filter((one) => this.#live(one) !== undefined && this.#entries.delete(one)).length;
      case 'exists':
        return [key, ...args].filter((one) => this.#live(one) !== undefined).length;
      case 'expire':
        if (args[0] === undefined) throw new Error("ERR wrong number of arguments for 'expire' command");
        if (entry) entry.expiresAt = Date.now() + Number(args[0]) * 1000;
        return entry ? 1 : 0;
      case 'ttl':
        if (!entry) return -2;
        return entry.expiresAt === Infinity ? -1 : Math.round((entry.expiresAt - Date.now()) / 1000);
      case 'smembers':
        return [...this.#members(entry)];
      case 'sadd':
        return this.#change(
          key,
          entry,
          (members) => args.filter((one) => !members.has(one) && members.add(one)).length,
        );
      case 'srem':
        return this.#change(key, entry, (members) => args.filter((one) => members.delete(one)).length);
      default:
        throw new Error(`ERR unknown command '${name}'`);
    }
  }

  #live(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || Date.now() < entry.expiresAt) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  #set(key: string, [value = '', ...options]: string[], before: Entry | undefined): unknown {
    const words = options.map((word) => word.toLowerCase());
    if (words.includes('nx') && before) return null;
    if (words.includes('xx') && !before) return null;
    const seconds = words.includes('ex') ? Number(words[words.indexOf('ex') + 1]) : null;
    const kept = words.includes('keepttl') ? (before?.expiresAt ?? Infinity) : Infinity;
    this.#entries.set(key, { value, expiresAt: seconds === null ? kept : Date.now() + seconds * 1000 });
    if (words.includes('get')) return before ? this.#text(before) : null;
    return 'OK';
  }

  #change(key: string, entry: Entry | undefined, change: (members: Set<string>) => number): number {
    const members = this.#members(entry);
    const count = change(members);
    if (members.size === 0) this.#entries.delete(key);
    else if (!entry) this.#entries.set(key, { value: members, expiresAt: Infinity });
    return count;
  }

  #text({ value }: Entry): string {
    if (typeof value !== 'string') throw new Error(wrongType);
    return value;
  }

  #members(entry: Entry | undefined): Set<string> {
    if (!entry) return new Set();
    if (typeof entry.value === 'string') throw new Error(wrongType);
    return entry.value;
  }
}

const wrongType = 'WRONGTYPE Operation against a key holding the wrong kind of value';
