-- Notes beside the documents of a partition which of its streams were deleted for good.
--
-- KEYS  the documents
-- ARGV  per stream, the name of its note, which is no stream's

if redis.call('HGET', KEYS[1], '') ~= 'open' then
  return redis.error_reply('LOST the read model is closed, or not whole any more')
end

for _, note in ipairs(ARGV) do
  redis.call('HSET', KEYS[1], note, '')
end
return #ARGV
