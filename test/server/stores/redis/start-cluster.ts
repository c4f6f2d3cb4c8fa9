// A real Redis Cluster of its own for a test: three masters, each with a replica, on free ports of this machine.
import { setTimeout as wait } from 'node:timers/promises';
import { createClient } from 'redis';
import { freePort, startRedis, type RunningRedis } from './start-redis.ts';

/** A cluster that runs. */
export interface RunningCluster {
  ports: number[];
  /** Kills the master (`kill -9`) that has most keys, and answers when its replica has taken over. */
  failOver(): Promise<void>;
  /** Starts what was killed again; it follows the master of now. */
  bringBack(): Promise<void>;
  stop(): Promise<void>;
}

interface Node {
  redis: RunningRedis;
  args: string[];
}

const slots = 16_384;

/** Starts a cluster, and answers when it takes commands. */
export async function startCluster(): Promise<RunningCluster> {
  const nodes: Node[] = [];
  try {
    // One after the other: each finds free ports.
    for (let i = 0; i < 6; i++) nodes.push(await startNode());
    return await join(nodes);
  } catch (error) {
    await Promise.all(nodes.map(({ redis }) => redis.stop()));
    throw error;
  }
}

async function join(nodes: Node[]): Promise<RunningCluster> {
  const ports = nodes.map(({ redis }) => redis.port);
  const masters = nodes.slice(0, 3);
  for (const [i, { redis }] of masters.entries()) {
    const [from, to] = [Math.ceil((slots * i) / 3), Math.ceil((slots * (i + 1)) / 3) - 1];
    await ask(redis.port, 'cluster', 'addslotsrange', String(from), String(to));
  }
  for (const { redis, args } of nodes.slice(1))
    await ask(ports[0]!, 'cluster', 'meet', '127.0.0.1', String(redis.port), args.at(-1)!);
  await until(async () => (await knownNodes(ports)).every((count) => count === 6));
  for (const [i, { redis }] of nodes.slice(3).entries())
    await ask(redis.port, 'cluster', 'replicate', String(await ask(ports[i]!, 'cluster', 'myid')));
  const isReady = async (node: Node): Promise<boolean> =>
    /cluster_state:ok/.test(String(await ask(node.redis.port, 'cluster', 'info')));
  const isLinked = async (node: Node): Promise<boolean> =>
    /master_link_status:up|role:master/.test(String(await ask(node.redis.port, 'info', 'replication')));
  const settled = async (): Promise<boolean> =>
    (await Promise.all(nodes.flatMap((node) => [isReady(node), isLinked(node)]))).every(Boolean);
  await until(settled);

  let killed: Node | null = null;
  return {
    ports,
    failOver: async () => {
      const sizes = await Promise.all(masters.map(({ redis }) => ask(redis.port, 'dbsize').then(Number)));
      const which = sizes.indexOf(Math.max(...sizes));
      killed = masters[which]!;
      await killed.redis.kill();
      const heir = nodes[which + 3]!.redis.port;
      await until(async () => /role:master/.test(String(await ask(heir, 'info', 'replication'))));
    },
    bringBack: async () => {
      const { redis, args } = killed!;
      killed!.redis = await startRedis({ port: redis.port, folder: redis.folder, args });
      await until(settled);
    },
    stop: async () => {
      await Promise.all(nodes.map(({ redis }) => redis.stop()));
    },
  };
}

async function startNode(): Promise<Node> {
  for (let attempt = 1; ; attempt++)
    try {
      return await startOn(await freePort());
    } catch (error) {
      if (attempt === 5) throw error;
    }
}

async function startOn(bus: number): Promise<Node> {
  const settings = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000', '--appendonly', 'yes'];
  const quick = ['--repl-diskless-sync-delay', '0', '--cluster-require-full-coverage', 'no'];
  const args = [...settings, ...quick, '--cluster-port', String(bus)];
  return { redis: await startRedis({ args }), args };
}

async function knownNodes(ports: number[]): Promise<number[]> {
  return Promise.all(
    ports.map(async (port) => {
      const info = String(await ask(port, 'cluster', 'info'));
      return Number(/cluster_known_nodes:(\d+)/.exec(info)?.[1]);
    }),
  );
}

async function ask(port: number, ...command: string[]): Promise<unknown> {
  const client = createClient({ url: `redis://127.0.0.1:${port}` });
  client.on('error', () => {});
  await client.connect();
  try {
    return await client.sendCommand(command);
  } finally {
    client.destroy();
  }
}

async function until(check: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000;
  while (!(await check())) {
    if (performance.now() > end) throw new Error('The cluster does not settle.');
    await wait(100);
  }
}
