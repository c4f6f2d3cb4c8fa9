// The steps on one session, each after the two beginnings. They are the engine's rules once more, in Lua: a test holds them together.

/** What every step on one session begins with, after the beginning of session.ts: ARGV 6 is its sid. */
export const stepLua: string = `
local s = load(1, ARGV[6])
if not s then return answer('missing') end
local refusal = refusalOf(s)
if refusal then return answer('refused', refusal, s) end

local function restartWindow()
  return math.max(timeOf(s.r, 'e'), math.min(now + tonumber(s.r.w), timeOf(s.r, 'x') or inf))
end

-- Moves the end of the window by its renewal policy: 1 a refresh, 2 any use, 3 any use in its second half.
local function slideWindow(use)
  if not s.r.e or not s.r.w then return end
  local policy, half = tonumber(s.r.p or '0'), timeOf(s.r, 'e') - tonumber(s.r.w) / 2
  half = half < 0 and math.ceil(half) or math.floor(half)
  if policy == 2 or (policy == 1 and use == 'refresh') or (policy == 3 and now >= half) then
    setTime(s, 'e', restartWindow())
  end
end

local function done(kind, detail, more)
  save(s)
  logOf(s, kind, now, detail)
  return answer('done', more, s)
end
`;

/** ARGV: 7 what the person did, or empty. */
export const touchLua: string = `
setTime(s, 'a', math.max(activeAt(s.r), now))
if ARGV[7] ~= '' then
  set(s, 'r', ARGV[7])
  setTime(s, 'n', now)
end
setTime(s, 'm', now)
slideWindow('touch')
return done('session.touched', ARGV[7] == '' and '{}' or '{"action":' .. cjson.encode(text(ARGV[7])) .. '}')
`;

/** ARGV: 7 how the person proved who they are, or empty. */
export const reauthenticateLua: string = `
setTime(s, 'A', now)
stampAnew(s, math.max(now, stampOf(s.r) + 1))
if ARGV[7] == '' then set(s, 'C', nil) else set(s, 'C', ARGV[7]) end
setTime(s, 'm', now)
return done('session.reauthenticated', '{"acr":' .. (ARGV[7] == '' and 'null' or cjson.encode(text(ARGV[7]))) .. '}')
`;

export const outdateLua: string = `
stampAnew(s, math.max(now, stampOf(s.r) + 1))
setTime(s, 'm', now)
return done('session.claims_changed', '{}')
`;

/** ARGV: 7 the data, or empty; 8 the version it replaces. */
export const putDataLua: string = `
local version = tonumber(s.r.v or '0')
if version ~= tonumber(ARGV[8]) then return answer('conflict', nil, s) end
if ARGV[7] == '' then set(s, 'd', nil) else set(s, 'd', ARGV[7]) end
set(s, 'v', num(version + 1))
setTime(s, 'm', now)
return done('session.updated', '{"version":' .. num(version + 1) .. '}')
`;

/** ARGV: 7 the reason. */
export const endLua: string = `
bury(s, ARGV[7], now)
return done('session.revoked', '{"reason":"' .. ARGV[7] .. '"}')
`;

/** ARGV: 7 the kind, 8 its number. */
export const rescheduleLua: string = `
local kind, by = ARGV[7], tonumber(ARGV[8])
if (kind == 'extend' or kind == 'restart') and (not s.r.e or not s.r.w) then return answer('no_window', nil, s) end
setTime(s, 'm', now)
if kind == 'renew' then
  local generation = tonumber(s.r.T or '0') + 1
  set(s, 'T', num(generation))
  setTime(s, 'f', now)
  if s.r.e and s.r.w then setTime(s, 'e', restartWindow()) end
  return done('session.refreshed', '{"tokenGeneration":' .. num(generation) .. '}')
end
if kind == 'set' and by <= now then
  setTime(s, 'e', now)
  bury(s, 'expired', now)
  return done('session.expired', '{"reason":"expired"}')
end
local wished = by
if kind == 'extend' then wished = timeOf(s.r, 'e') + by end
if kind == 'restart' then wished = math.max(timeOf(s.r, 'e'), now + tonumber(s.r.w)) end
local at = math.min(wished, timeOf(s.r, 'x') or inf)
if not s.r.w then set(s, 'w', num(at - now)) end
setTime(s, 'e', at)
return done('session.extended', '{"windowEndsAt":' .. num(at) .. '}', at < wished and 'clamped' or nil)
`;

/** ARGV: 7 generation, 8 attempt or empty, 9 thumbprint or empty; then generations and tags of other attempts. */
export const rotateLua: string = `
local generation, attempt = tonumber(ARGV[7]), text(ARGV[8] ~= '' and ARGV[8] or nil)
local known, ring, blank = tonumber(s.r.g or '0'), text(s.r.k) or '', '----------'
if s.r.j and s.r.j ~= ARGV[9] then return answer('wrong_key', nil, s) end

local function tagFor(wanted)
  for i = 10, #ARGV, 2 do if tonumber(ARGV[i]) == wanted then return ARGV[i + 1] end end
end

local function attemptAt(back)
  if back >= 5 or (back + 1) * 10 > #ring then return nil end
  local found = string.sub(ring, back * 10 + 1, back * 10 + 10)
  return found == blank and 'blank' or found
end

local function unchanged()
  local newest = tagFor(known - 1)
  return answer(newest and attemptAt(0) == newest and 'replayed' or 'stale', nil, s)
end

local function rotate(from, with)
  local forgotten = from - known
  set(s, 'g', num(from + 1))
  set(s, 'k', '=' .. string.sub(with .. string.rep(blank, math.min(forgotten, 4)) .. ring, 1, 50))
  setTime(s, 'f', now)
  -- Absent, it is the time of the last refresh.
  set(s, 'm', nil)
  slideWindow('refresh')
  save(s)
  logOf(s, 'session.refreshed', now, '{"generation":' .. num(from + 1) .. '}')
  return answer(forgotten > 0 and 'ahead' or 'rotated', nil, s)
end

if generation >= known then
  if attempt then return rotate(generation, attempt) end
  if generation == known then return unchanged() end
  local made = tagFor(generation - 1)
  if not made then return answer('stale', nil, s) end
  return rotate(generation - 1, made)
end
local back = known - 1 - generation
local isRetry = attempt ~= nil and attemptAt(back) == attempt
if isRetry and back == 0 then return answer('replayed', nil, s) end
if isRetry or not attempt or (back > 0 and attemptAt(back) == 'blank') then return unchanged() end
bury(s, 'reuse_detected', now)
save(s)
logOf(s, 'session.reuse_detected', now, '{"reason":"reuse_detected","generation":' .. num(generation) .. '}')
return answer('refused', 'reuse_detected', s)
`;
