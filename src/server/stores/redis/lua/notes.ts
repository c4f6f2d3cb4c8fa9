/** KEYS: 1 the area's index, then notes. ARGV: 1 the caller's time, or empty. */
const beginning = `
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

-- The version of a note; 0 when there is none, or none any more.
local function versionOf(key)
  local found = redis.call('HMGET', key, 'n', 'x')
  if not found[1] or (found[2] and now >= tonumber(found[2])) then return 0 end
  return tonumber(found[1])
end
`;

/** ARGV: 2 name, 3 value, 4 end or empty, 5 expected version or empty. Answers the version, or -1. */
export const putNoteLua: string = `${beginning}
local version = versionOf(KEYS[2])
if ARGV[5] ~= '' and tonumber(ARGV[5]) ~= version then return -1 end
local isNew = redis.call('EXISTS', KEYS[1]) == 0
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[2], 'v', ARGV[3], 'n', version + 1)
redis.call('ZADD', KEYS[1], 0, ARGV[2])
if ARGV[4] == '' then
  redis.call('PERSIST', KEYS[1])
else
  redis.call('HSET', KEYS[2], 'x', ARGV[4])
  local stay = string.format('%.0f', math.max(1, math.ceil(tonumber(ARGV[4]) - now)))
  redis.call('PEXPIRE', KEYS[2], stay)
  if isNew then redis.call('PEXPIRE', KEYS[1], stay) else redis.call('PEXPIRE', KEYS[1], stay, 'GT') end
end
return version + 1
`;

/** ARGV: 2 name. Answers whether there was one. */
export const dropNoteLua: string = `${beginning}
local version = versionOf(KEYS[2])
redis.call('DEL', KEYS[2])
redis.call('ZREM', KEYS[1], ARGV[2])
return version > 0 and 1 or 0
`;

/** ARGV: names from 2, as the notes from KEYS[2]. Takes those from the index that are no more. */
export const pruneNotesLua: string = `${beginning}
for i = 2, #KEYS do if versionOf(KEYS[i]) == 0 then redis.call('ZREM', KEYS[1], ARGV[i]) end end
return 0
`;
