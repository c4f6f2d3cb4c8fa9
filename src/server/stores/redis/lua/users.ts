// What is done to the sessions of a user, each after the beginning of session.ts.

/**
 * Where a step needs sessions whose keys it was not given, it does nothing and answers their sids: no key is made up in a script,
 * so that a cluster knows them all. `givenFrom` is the argument of the first sid, `pairsFrom` the pair of its keys.
 */
const givenLua = `
local function given(wanted, givenFrom, pairsFrom)
  local at = {}
  for i = givenFrom, #ARGV do at[ARGV[i]] = pairsFrom + i - givenFrom end
  for _, sid in ipairs(wanted) do if not at[sid] then return nil end end
  return at
end

local function again(wanted)
  local reply = answer('again')
  for i, sid in ipairs(wanted) do reply[5 + i] = sid end
  return reply
end

local function endless() return redis.call('ZRANGEBYSCORE', index, '+inf', '+inf') end

-- Unlinked as a whole: that takes as long for ten thousand sessions as for one. What had expired unseen goes with it.
-- Only sessions without an end are gone through: the stamp says that they are dead, but they would stay for ever.
local function unlinkIndex(unending, at)
  redis.call('UNLINK', index)
  local stay = whole(week)
  for _, sid in ipairs(unending) do
    redis.call('PEXPIRE', KEYS[2 + 2 * at[sid]], stay)
    redis.call('PEXPIRE', KEYS[3 + 2 * at[sid]], stay)
  end
end
`;

/** ARGV: 6 sid, 7 limit or empty, 8 number of fields, then the fields, then the sids of the other pairs of keys. */
export const createLua: string = `${givenLua}
local s = load(1, ARGV[6])
-- A command that was sent again after its answer got lost.
if s then return answer('existed', nil, s, nil, {}) end
s = { key = KEYS[4], long = KEYS[5], sid = ARGV[6], r = {}, pieces = {}, changed = {} }
local fields = tonumber(ARGV[8])
for i = 9, 8 + fields, 2 do set(s, ARGV[i], ARGV[i + 1]) end
local isCounted = s.r.y ~= '=remember'

local others, limit = {}, tonumber(ARGV[7])
if limit and isCounted then
  local live = redis.call('ZRANGEBYSCORE', index, '(' .. num(now), '+inf')
  if #live + 1 > limit then
    local at = given(live, 9 + fields, 2)
    if not at then return again(live) end
    for _, sid in ipairs(live) do
      local other = load(at[sid], sid)
      if other and not deathOf(other.r) then others[#others + 1] = other end
    end
  end
end

-- What is in the index ended with everybody's sessions, so nobody needs it any more.
if noted('.') <= notBefore then
  local unending = endless()
  local at = given(unending, 9 + fields, 2)
  if not at then return again(unending) end
  unlinkIndex(unending, at)
end
local isNew = redis.call('EXISTS', index) == 0
stampAnew(s, math.max(now, notBefore + 1))
-- Those whose tombstones have left.
redis.call('ZREMRANGEBYSCORE', index, '(0', num(now - week))
keepIndex(math.max(endOf(s.r), now) + week, isNew)
save(s)
logOf(s, 'session.created', now, '{"type":' .. cjson.encode(text(s.r.y) or 'default') .. '}')

local evicted = {}
table.sort(others, function(a, b)
  local x, y = stampOf(a.r), stampOf(b.r)
  if x ~= y then return x > y end
  return a.sid > b.sid
end)
for i = math.max(1, limit or 1), #others do
  bury(others[i], 'revoked', now)
  save(others[i])
  logOf(others[i], 'session.revoked', now, '{"reason":"revoked"}')
  evicted[#evicted + 1] = others[i].event
end
return answer('done', nil, s, nil, evicted)
`;

/** ARGV: 6 user id, 7 the sid to keep or empty, then the sids of the pairs of keys, that one first. */
export const raiseLua: string = `${givenLua}
local kept
if ARGV[7] ~= '' then
  kept = load(1, ARGV[7])
  if not kept or kept.r.u ~= ARGV[6] or kept.r.y == '=remember' or deathOf(kept.r) then return answer('not_live') end
end
local unending = endless()
local at = given(unending, 8, 1)
if not at then return again(unending) end

local latest = noted('.')
local count = latest <= notBefore and 0 or redis.call('ZCOUNT', index, '(' .. num(now), '+inf')
if kept then count = math.max(0, count - 1) end
notBefore = math.max(now, notBefore + 1, latest)
-- It stays as long as any session that it ends.
local stay = math.max(week, redis.call('PTTL', index), redis.call('PTTL', KEYS[2]), noted(',') - now)
redis.call('SET', KEYS[2], num(notBefore), 'PX', whole(stay))
unlinkIndex(unending, at)
if kept then
  note('.', notBefore + 1)
  redis.call('PEXPIRE', index, whole(stay))
  setTime(kept, 's', notBefore + 1)
  setTime(kept, 'm', now)
  kept.endWas = nil
  save(kept)
end
local event = log('user.sessions_revoked', text(ARGV[6]), nil, now,
  '{"notBefore":' .. num(notBefore) .. ',"count":' .. num(count) .. ',"kept":' .. (kept and '"session_' .. tag .. kept.sid .. '"' or 'null') .. '}')
return answer('done', num(count), kept, event)
`;

/** ARGV: 6 `live` or `over`. Answers the sids of those that have not ended, or have. */
export const indexLua: string = `
local sids = ARGV[6] == 'live' and redis.call('ZRANGEBYSCORE', index, '(' .. num(now), '+inf')
  or redis.call('ZRANGEBYSCORE', index, '(0', num(now))
local reply = answer('done')
for i, sid in ipairs(sids) do reply[5 + i] = sid end
return reply
`;

/** ARGV: sids of the pairs of keys from 6. Marks the dead among them and takes them from the index; answers their events. */
export const visitLua: string = `
local events, removed = {}, 0
for i = 6, #ARGV do
  local s = load(i - 5, ARGV[i])
  if not s then redis.call('ZREM', index, ARGV[i])
  else
    local wasMarked = s.r.z
    if refusalOf(s) then
      redis.call('ZREM', index, ARGV[i])
      if not wasMarked then removed = removed + 1 end
      if s.event then events[#events + 1] = s.event end
    end
  end
end
local reply = answer('done', num(removed))
for i, event in ipairs(events) do reply[5 + i] = event end
return reply
`;

/** ARGV: 6 type, 7 user id, 8 sid or empty, 9 time, 10 detail. */
export const logLua: string = `
return answer('done', nil, nil, log(ARGV[6], text(ARGV[7]), text(ARGV[8] ~= '' and ARGV[8] or nil), tonumber(ARGV[9]), text(ARGV[10])))
`;

/** ARGV: 6 a cursor, 7 how many. Answers what was logged after it, the oldest first. */
export const eventsLua: string = `
local after, found, size = tonumber(ARGV[6]), {}, 100
for last = -1, -tonumber(ARGV[5]) - 1, -size do
  local some = redis.call('LRANGE', KEYS[3], last - size + 1, last)
  for i = #some, 1, -1 do
    if tonumber(string.match(some[i], '^%d+')) <= after then
      some = {}
      break
    end
    found[#found + 1] = some[i]
  end
  if #some < size then break end
end
local reply = answer('done')
for i = #found, math.max(1, #found - tonumber(ARGV[7]) + 1), -1 do reply[#reply + 1] = found[i] end
return reply
`;
