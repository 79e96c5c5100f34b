-- Makes a build the live one of its version, and the one that queries read, unless that is of a
-- later version. What it replaces is no more, and so it takes its place to switch back to as well.
-- To one that is live already nothing happens; no other than the one on its way can become it.
-- What a person has chosen stays chosen as it is built again, and not once there is a later version.
--
-- KEYS  the builds
-- ARGV  version, build

local version, build = ARGV[1], ARGV[2]
local live = redis.call('HGET', KEYS[1], 'live:' .. version) or ''
local active = redis.call('HGET', KEYS[1], 'active') or ''
local active_version = tonumber(string.match(active, '^%d+') or '0')

if live == build then
  return
end
if redis.call('HGET', KEYS[1], 'building:' .. version) ~= build then
  return redis.error_reply('FOREIGN build ' .. build .. ' is not the one on its way')
end
redis.call('HSET', KEYS[1], 'live:' .. version, build)
redis.call('HDEL', KEYS[1], 'building:' .. version)
if active_version <= tonumber(version) then
  redis.call('HSET', KEYS[1], 'active', build)
  if active ~= '' and active_version < tonumber(version) then
    redis.call('HSET', KEYS[1], 'previous', active)
    redis.call('HDEL', KEYS[1], 'chosen')
  end
end
for _, name in ipairs({'previous', 'chosen'}) do
  if live ~= '' and redis.call('HGET', KEYS[1], name) == live then
    redis.call('HSET', KEYS[1], name, build)
  end
end
