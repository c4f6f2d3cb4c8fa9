// Keeps what oidc-provider stores in Redis, in the layout of the Redis example of its repository: a value for each thing, a
// hash for what can be consumed, a list of everything that belongs to a grant.

const grantable = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken', 'DeviceCode']);
const consumable = new Set(['AuthorizationCode', 'RefreshToken', 'DeviceCode']);

/** An adapter factory over a node-redis client. */
export function createRedisAdapter(client) {
  return (model) => {
    const keyOf = (id) => `oidc:${model}:${id}`;
    const indexOf = (kind, value) => `oidc:${kind}:${value}`;
    const find = async (id) => {
      if (!consumable.has(model)) return JSON.parse((await client.get(keyOf(id))) ?? 'null') ?? undefined;
      const { payload, ...rest } = await client.hGetAll(keyOf(id));
      return payload === undefined ? undefined : { ...rest, ...JSON.parse(payload) };
    };
    const findBy = async (kind, value) => {
      const id = await client.get(indexOf(kind, value));
      return id === null ? undefined : find(id);
    };
    return {
      find,
      findByUid: (uid) => findBy('uid', uid),
      findByUserCode: (code) => findBy('userCode', code),
      async upsert(id, payload, expiresIn) {
        const key = keyOf(id);
        const text = JSON.stringify(payload);
        const steps = client.multi();
        if (consumable.has(model)) steps.hSet(key, 'payload', text);
        else steps.set(key, text);
        if (expiresIn) steps.expire(key, expiresIn);
        if (grantable.has(model) && payload.grantId) {
          const grant = indexOf('grant', payload.grantId);
          steps.rPush(grant, key);
          if (expiresIn > (await client.ttl(grant))) steps.expire(grant, expiresIn);
        }
        for (const kind of ['uid', 'userCode'])
          if (payload[kind])
            steps.set(indexOf(kind, payload[kind]), id, { expiration: { type: 'EX', value: expiresIn } });
        await steps.exec();
      },
      consume: (id) => client.hSet(keyOf(id), 'consumed', Math.floor(Date.now() / 1000)),
      destroy: (id) => client.del(keyOf(id)),
      async revokeByGrantId(grantId) {
        const grant = indexOf('grant', grantId);
        await client.del([...(await client.lRange(grant, 0, -1)), grant]);
      },
    };
  };
}
