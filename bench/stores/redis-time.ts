// How long a Redis was busy meanwhile. Without one, it was not.

/** What is used of a client. */
interface Client {
  info(section: string): Promise<string>;
  configSet(setting: string, value: string): Promise<unknown>;
  sendCommand(words: string[]): Promise<unknown>;
}

/** Begins to count; the second call answers the microseconds since. */
export type BusyTime = () => Promise<() => Promise<number>>;

const none: BusyTime = async () => async () => 0;

/** All of its process: for many commands, because asking costs some, too. */
export function processTime(client: Client | null): BusyTime {
  if (client === null) return none;
  const used = async (): Promise<number> => {
    const text = await client.info('cpu');
    const seconds = (name: string): number => Number(new RegExp(`${name}:([\\d.]+)`).exec(text)?.[1]);
    return (seconds('used_cpu_user') + seconds('used_cpu_sys')) * 1e6;
  };
  return async () => {
    const before = await used();
    return async () => (await used()) - before;
  };
}

/** The commands alone, a script as one of them: for a few commands. */
export function commandTime(client: Client | null): BusyTime {
  if (client === null) return none;
  const logFrom = (micros: string): Promise<unknown> => client.configSet('slowlog-log-slower-than', micros);
  return async () => {
    await logFrom('0');
    await client.sendCommand(['SLOWLOG', 'RESET']);
    return async () => {
      await logFrom('-1');
      const entries = (await client.sendCommand(['SLOWLOG', 'GET', '-1'])) as Array<[number, number, number, string[]]>;
      const ours = ['slowlog', 'config'];
      return entries
        .filter(([, , , [command = '']]) => !ours.includes(command.toLowerCase()))
        .reduce((sum, [, , micros]) => sum + micros, 0);
    };
  };
}
