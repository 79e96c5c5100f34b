-- Takes fields out of a hash that hold what is said still.
--
-- KEYS  the hash
-- ARGV  of each field its name and what it holds

for i = 1, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[i]) == ARGV[i + 1] then
    redis.call('HDEL', KEYS[1], ARGV[i])
  end
end
return 1
