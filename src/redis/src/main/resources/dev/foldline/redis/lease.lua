-- Takes a lease, or keeps it, or gives it back; of another holder it leaves it alone.
--
-- KEYS  the lease
-- ARGV  who, and for how many milliseconds; 0 to give it back
-- Answers 1 if it was free or theirs.

local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then
  return 0
end
if ARGV[2] == '0' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return 1
