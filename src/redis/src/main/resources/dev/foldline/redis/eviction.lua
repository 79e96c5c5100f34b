-- Answers by which policy the Redis of a key evicts what it has; '' if it never does.
--
-- KEYS  any key

local told = redis.call('INFO', 'memory')
if tonumber(string.match(told, 'maxmemory:(%d+)') or '0') == 0 then
  return ''
end
return string.match(told, 'maxmemory_policy:([%w-]+)') or ''
