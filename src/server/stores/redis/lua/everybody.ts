/**
 * Ends the sessions of everybody.
 *
 * KEYS: 1 everybody's not-before stamp, 2 a key that a confirmation writes to.
 * ARGV: 1 the caller's time, empty for the clock of Redis; 2 how far the clocks of a cluster may be apart; 3 channel; 4 who writes.
 */
export const everybodyLua: string = `
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local function num(n) return string.format('%.17g', n) end
-- No script can see the stamps of all users, and each master stamps by a clock of its own.
local notBefore = math.max(now + tonumber(ARGV[2]), 1 + tonumber(redis.call('GET', KEYS[1]) or '0'))
redis.call('SET', KEYS[1], num(notBefore))
redis.call('SET', KEYS[2], '1')
local event = '{"cursor":' .. num(now) .. ',"type":"everybody.sessions_revoked","userId":"","sessionId":null,"at":' .. num(now)
  .. ',"detail":{"notBefore":' .. num(notBefore) .. '}}'
redis.call('PUBLISH', ARGV[3], ARGV[4] .. ' - ' .. event)
return { 'done', false, '=' .. event, num(now), num(notBefore) }
`;
