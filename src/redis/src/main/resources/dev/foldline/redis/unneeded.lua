-- Notes which builds nobody needs, and answers all that are noted; each is, until it is removed.
-- Needed are the one that queries read, the one to switch back to, and those that a version keeps
-- up to date or has on their way, unless nobody runs it any more.
--
-- KEYS  the builds
-- ARGV  the versions that nobody runs any more

local fields = redis.call('HGETALL', KEYS[1])
local left, needed, unneeded = {}, {}, {}

local function each(kind, action)
  for i = 1, #fields, 2 do
    local of = string.match(fields[i], '^' .. kind .. ':(.+)$')
    if of then
      action(of, fields[i + 1], fields[i])
    end
  end
end

for _, version in ipairs(ARGV) do
  left[version] = true
end

local function need(version, build)
  if not left[version] then
    needed[build] = true
  end
end

local function forget(_, build, field)
  if not needed[build] then
    redis.call('HDEL', KEYS[1], field)
  end
end

needed[redis.call('HGET', KEYS[1], 'active') or ''] = true
needed[redis.call('HGET', KEYS[1], 'previous') or ''] = true
each('live', need)
each('building', need)
each('live', forget)
each('building', forget)
each('events', function(build)
  if not needed[build] then
    redis.call('HSET', KEYS[1], 'unneeded:' .. build, '')
  end
end)

for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  unneeded[#unneeded + 1] = string.match(field, '^unneeded:(.+)$')
end
return unneeded
