/**
 * The generic cell rate algorithm: what is kept is the moment, by the clock of Redis, at which all uses so far are paid off.
 *
 * KEYS: 1 the limit of somebody. ARGV: 1 how many milliseconds each use costs, 2 how many may be owed.
 */
const limitLua = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local each, most = tonumber(ARGV[1]), tonumber(ARGV[2])
local paidAt = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)

local function keep(at)
  if at <= now then redis.call('DEL', KEYS[1])
  else redis.call('SET', KEYS[1], string.format('%.17g', at), 'PX', string.format('%.0f', math.ceil(at - now))) end
end
`;

/** Counts one use. Answers the milliseconds to wait; 0 when it was counted. */
export const takeUseLua: string = `${limitLua}
local wait = math.max(0, math.ceil(paidAt + each - now - most))
if wait == 0 then keep(paidAt + each) end
return { string.format('%.0f', wait) }
`;

/** Takes one use back. */
export const giveUseBackLua: string = `${limitLua}
keep(paidAt - each)
return {}
`;
