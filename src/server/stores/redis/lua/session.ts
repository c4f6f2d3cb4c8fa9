/**
 * What every script on a user's sessions begins with.
 *
 * KEYS: 1 index, 2 not-before stamp, 3 events; then two for each session, its short and its long fields.
 * ARGV: 1 the caller's time, none for the clock of Redis, then a blank and everybody's not-before stamp; 2 user tag; 3 channel; 4 who writes; 5 how many events are kept.
 */
export const sessionLua: string = `
local week, inf = 604800000, math.huge
local index, tag = KEYS[1], ARGV[2]
local clock, everybody = string.match(ARGV[1], '^(%d*) (%d+)$')
local now = tonumber(clock)
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local notBefore = math.max(tonumber(redis.call('GET', KEYS[2]) or '0'), tonumber(everybody))

-- Every digit: tostring rounds.
local function num(n) return string.format('%.17g', n) end
local function whole(n) return string.format('%.0f', math.ceil(n)) end
local function text(value) return value and string.sub(value, 2) end

-- A key leaves at a time.
local function leave(key, at)
  if at == inf then redis.call('PERSIST', key)
  else redis.call('PEXPIRE', key, whole(math.max(1, at - now))) end
end

-- What is in the index beside ends of sessions is negative: '.' the latest stamp, and ',' below.
local function noted(member) return -tonumber(redis.call('ZSCORE', index, member) or '0') end
local function note(member, number) redis.call('ZADD', index, 'LT', num(-number), member) end

-- The index leaves when the last session does. While it stays, because one has no end, it notes when the others will have left.
-- Remember tokens are not in it, and always have an end.
local function keepIndex(at, isNew)
  local left = redis.call('PTTL', index)
  if isNew then leave(index, at)
  elseif at == inf and left >= 0 then
    note(',', now + left)
    redis.call('PERSIST', index)
  elseif at < inf and left == -1 then note(',', at)
  elseif at < inf then redis.call('PEXPIRE', index, whole(math.max(1, at - now)), 'GT') end
end

-- One without an end is gone.
local function freeIndex()
  if redis.call('PTTL', index) ~= -1 or redis.call('ZCOUNT', index, '+inf', '+inf') > 0 then return end
  leave(index, math.max(noted(','), now + week))
  redis.call('ZREM', index, ',')
end

-- Times rest as milliseconds since creation, which is shorter.
local function timeOf(r, name) return r[name] and tonumber(r.c) + tonumber(r[name]) end
local function activeAt(r) return tonumber(r.c) + tonumber(r.a or '0') end
local function stampOf(r) return tonumber(r.c) + tonumber(r.s or '0') end

local function endOf(r)
  local at = math.min(timeOf(r, 'e') or inf, timeOf(r, 'x') or inf)
  if r.i then at = math.min(at, activeAt(r) + tonumber(r.i)) end
  return at
end

local function deathOf(r)
  if r.z then return text(r.z) end
  local at = endOf(r)
  if stampOf(r) <= notBefore and math.min(notBefore, now) < at then return 'revoked_all' end
  if now < at then return nil end
  if timeOf(r, 'x') == at then return 'absolute_expired' end
  if r.i and activeAt(r) + tonumber(r.i) == at then return 'idle' end
  return 'expired'
end

local function isExpiry(reason) return reason == 'idle' or reason == 'expired' or reason == 'absolute_expired' end

-- Until when the tombstone of a session that ended at a time is kept.
local function keepUntil(r, ended)
  local at = endOf(r)
  return math.max(at == inf and 0 or at, ended + week)
end

-- The session of the i-th pair of keys; nil when there is none, or none any more.
local function load(i, sid)
  local s = { key = KEYS[2 + 2 * i], long = KEYS[3 + 2 * i], sid = sid, r = {}, pieces = {}, changed = {} }
  local r, found = s.r, redis.call('HGETALL', s.key)
  if #found == 0 then return nil end
  local more = {}
  for f = 1, #found, 2 do
    local name = found[f]
    if #name == 1 then r[name] = found[f + 1] else more[name] = found[f + 1] end
  end
  for name in pairs(more) do
    local whole = string.sub(name, 1, 1)
    s.pieces[whole] = (s.pieces[whole] or 0) + 1
  end
  for name, count in pairs(s.pieces) do
    for piece = 1, count do r[name] = r[name] .. text(more[name .. piece]) end
  end
  if r.L then
    found = redis.call('HGETALL', s.long)
    for f = 1, #found, 2 do
      r[found[f]] = found[f + 1]
      s.pieces[found[f]] = 'long'
    end
  end
  local death = deathOf(r)
  if death then
    local ended = timeOf(r, 'E') or (isExpiry(death) and endOf(r) or notBefore)
    if now >= keepUntil(r, ended) then return nil end
  end
  s.endWas = endOf(r)
  return s
end

-- A new value of a field; nil for none.
local function set(s, name, value)
  if value == nil and s.r[name] == nil then return end
  s.r[name] = value
  s.changed[name] = true
end

local function setTime(s, name, at) set(s, name, num(at - tonumber(s.r.c))) end

-- Pieces of a text of at most 64 bytes, none of which ends within a character. A hash without longer values takes half the room.
-- Each has the sign of a text, the first from the text itself.
local function piecesOf(value)
  local pieces, from, sign = {}, 1, ''
  while from <= #value do
    local to = math.min(from + 63 - #sign, #value)
    while to < #value and string.byte(value, to + 1) >= 128 and string.byte(value, to + 1) < 192 do to = to - 1 end
    pieces[#pieces + 1] = sign .. string.sub(value, from, to)
    from, sign = to + 1, '='
  end
  return pieces
end

-- Writes what was set; answers whether a long field was written. The field L tells that there are some.
local function write(s)
  local values, gone, addsLong = {}, {}, false
  for name in pairs(s.changed) do
    local value, were = s.r[name], s.pieces[name]
    local isLong = value ~= nil and #value > 512
    local pieces = value ~= nil and not isLong and piecesOf(value) or {}
    if isLong then
      redis.call('HSET', s.long, name, value)
      addsLong = true
    elseif were == 'long' then redis.call('HDEL', s.long, name) end
    for piece = 1, math.max(#pieces, 1 + (tonumber(were) or 0)) do
      local field = piece == 1 and name or name .. (piece - 1)
      if pieces[piece] then
        values[#values + 1] = field
        values[#values + 1] = pieces[piece]
      else gone[#gone + 1] = field end
    end
    s.pieces[name] = isLong and 'long' or (#pieces > 1 and #pieces - 1 or nil)
  end
  local hasLong = false
  for _, where in pairs(s.pieces) do hasLong = hasLong or where == 'long' end
  if hasLong and not s.r.L then
    s.r.L = '1'
    values[#values + 1] = 'L'
    values[#values + 1] = '1'
  elseif s.r.L and not hasLong then
    s.r.L = nil
    gone[#gone + 1] = 'L'
  end
  if #values > 0 then redis.call('HSET', s.key, unpack(values)) end
  if #gone > 0 then redis.call('HDEL', s.key, unpack(gone)) end
  return addsLong
end

-- Keeps what was set: the session leaves by itself, and the index knows its end.
local function save(s)
  local addsLong = write(s)
  local at = endOf(s.r)
  if s.r.z then
    at = keepUntil(s.r, timeOf(s.r, 'E'))
    redis.call('ZREM', index, s.sid)
  else
    if at == s.endWas and not addsLong then return end
    if s.r.y ~= '=remember' then redis.call('ZADD', index, at == inf and '+inf' or num(at), s.sid) end
    at = at + week
    keepIndex(at, false)
  end
  if s.endWas == inf then freeIndex() end
  leave(s.key, at)
  if s.r.L then leave(s.long, at) end
end

-- A new stamp, which the index must know: whoever ends all sessions ends those that have it.
local function stampAnew(s, stamp)
  setTime(s, 's', stamp)
  note('.', stamp)
end

-- Logs and tells an event. Cursors are led by the clock: a log that was lost does not give them again.
local function log(kind, user, sid, at, detail)
  local cursor, last = math.max(1, math.floor(at)), redis.call('LINDEX', KEYS[3], -1)
  if last then cursor = math.max(cursor, tonumber(string.match(last, '^%d+')) + 1) end
  local length = redis.call('RPUSH', KEYS[3], num(cursor) .. ' ' .. kind .. ' ' .. (sid or '-') .. ' ' .. num(at) .. ' ' .. detail)
  if length > tonumber(ARGV[5]) then redis.call('LTRIM', KEYS[3], '-' .. ARGV[5], -1) end
  redis.call('PEXPIRE', KEYS[3], whole(week))
  local event = '{"cursor":' .. num(cursor) .. ',"type":"' .. kind .. '","userId":' .. cjson.encode(user)
    .. ',"sessionId":' .. (sid and '"session_' .. tag .. sid .. '"' or 'null') .. ',"at":' .. num(at) .. ',"detail":' .. detail .. '}'
  redis.call('PUBLISH', ARGV[3], ARGV[4] .. ' ' .. tag .. ' ' .. event)
  return '=' .. event
end

local function logOf(s, kind, at, detail) s.event = log(kind, text(s.r.u), s.sid, at, detail) end

local function bury(s, reason, at)
  set(s, 'd', nil)
  set(s, 'k', nil)
  setTime(s, 'm', at)
  setTime(s, 'E', at)
  set(s, 'z', '=' .. reason)
end

-- Why the session cannot be used. The first step that sees it expired marks it, and logs that.
local function refusalOf(s)
  local reason = deathOf(s.r)
  if reason and not s.r.z and isExpiry(reason) then
    local at = endOf(s.r)
    bury(s, reason, at)
    save(s)
    logOf(s, 'session.expired', at, '{"reason":"' .. reason .. '"}')
  end
  return reason
end

-- What a script answers: outcome, more, event, time, not-before; then how many other events and these, if asked for;
-- then the fields of the session.
local function answer(outcome, more, s, event, events)
  local reply = { outcome, more or false, event or (s and s.event) or false, num(now), num(notBefore) }
  if events then
    reply[6] = #events
    for _, one in ipairs(events) do reply[#reply + 1] = one end
  end
  if s then
    for name, value in pairs(s.r) do
      reply[#reply + 1] = name
      reply[#reply + 1] = value
    end
  end
  return reply
end
`;
