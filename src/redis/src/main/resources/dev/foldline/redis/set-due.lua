-- Adds reminders to those of a reaction, unless they are there.
--
-- KEYS  what is due when
-- ARGV  of each reminder: when it is due, in milliseconds, and what it is

for i = 1, #ARGV, 2 do
  redis.call('ZADD', KEYS[1], 'NX', ARGV[i], ARGV[i + 1])
end
return 1
