-- Adds reminders to those of a reaction that were noted as open, unless they are there.
--
-- KEYS  what is open, by the key of its effect: when it is due, in milliseconds, and what it is;
--       and a mark, under no key, for as long as nothing of it is lost
--       what is due when
-- ARGV  how many at most, the mark among them
-- Answers how many; -1 where they are lost.

if redis.call('HEXISTS', KEYS[1], '') == 0 then
  return -1
end
local found = redis.call('HRANDFIELD', KEYS[1], ARGV[1], 'WITHVALUES')
local count = 0
for i = 1, #found, 2 do
  if found[i] ~= '' then
    local at, reminder = string.match(found[i + 1], '^(%d+) (.*)$')
    redis.call('ZADD', KEYS[2], 'NX', at, reminder)
    redis.call('HDEL', KEYS[1], found[i])
    count = count + 1
  end
end
return count
