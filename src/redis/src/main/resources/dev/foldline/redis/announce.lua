-- Says that a query waits for a document of a partition, until the last one has waited in vain.
--
-- KEYS  what is there while one waits
-- ARGV  for how many milliseconds this one does

if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], '', 'PX', ARGV[1])
end
return 1
