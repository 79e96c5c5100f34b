-- Makes a build the live one of its version, and the one that queries read, unless that is of a
-- later version. What it replaces is no more, and so it takes its place to switch back to as well.
-- To one that is live already nothing happens; no other than the one on its way can become it.
--
-- KEYS  the builds
-- ARGV  version, build
-- Answers the builds that nobody needs any more.

local version, build = ARGV[1], ARGV[2]
local dropped = {}
local live = redis.call('HGET', KEYS[1], 'live:' .. version) or ''
local active = redis.call('HGET', KEYS[1], 'active') or ''
local active_version = tonumber(string.match(active, '^%d+') or '0')

if live == build then
  return dropped
end
if redis.call('HGET', KEYS[1], 'building:' .. version) ~= build then
  return redis.error_reply('FOREIGN build ' .. build .. ' is not the one on its way')
end
redis.call('HSET', KEYS[1], 'live:' .. version, build)
redis.call('HDEL', KEYS[1], 'building:' .. version)
if active_version <= tonumber(version) then
  redis.call('HSET', KEYS[1], 'active', build)
  if active ~= '' and active_version < tonumber(version) then
    local previous = redis.call('HGET', KEYS[1], 'previous')
    if previous and previous ~= active then
      dropped[#dropped + 1] = previous
    end
    redis.call('HSET', KEYS[1], 'previous', active)
  end
end
if live ~= '' then
  if redis.call('HGET', KEYS[1], 'previous') == live then
    redis.call('HSET', KEYS[1], 'previous', build)
  end
  dropped[#dropped + 1] = live
end
return dropped
