-- Has sums be pending no more, each unless something was added to its part here since that was read.
--
-- KEYS  the documents, the pending sums
-- ARGV  per sum: its name, and the tag under which it was pending

for i = 1, #ARGV, 2 do
  if redis.call('HGET', KEYS[2], ARGV[i]) == ARGV[i + 1] then
    redis.call('HDEL', KEYS[2], ARGV[i])
  end
end
if redis.call('EXISTS', KEYS[2]) == 0 then -- it is not lost
  redis.call('HDEL', KEYS[1], '\0' .. string.sub(KEYS[2], #KEYS[1] - 8)) -- see apply.lua
end
return 1
