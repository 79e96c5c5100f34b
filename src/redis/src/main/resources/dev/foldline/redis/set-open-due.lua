-- Adds reminders to those of a reaction that were noted as open, unless they are there.
--
-- KEYS  what is open, by the key of its effect: when it is due, in milliseconds, and what it is;
--       what is due when
-- ARGV  how many at most
-- Answers how many.

local found = redis.call('HRANDFIELD', KEYS[1], ARGV[1], 'WITHVALUES')
for i = 1, #found, 2 do
  local at, reminder = string.match(found[i + 1], '^(%d+) (.*)$')
  redis.call('ZADD', KEYS[2], 'NX', at, reminder)
  redis.call('HDEL', KEYS[1], found[i])
end
return #found / 2
