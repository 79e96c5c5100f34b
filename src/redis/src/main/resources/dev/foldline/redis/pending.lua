-- Answers some of the sums whose parts here are not carried over. It is asked as a script, so that no
-- replica answers, which may be behind.
--
-- KEYS  the documents, the pending sums
-- ARGV  where to go on, 0 to begin with; and about how many to answer
-- Answers where to go on, 0 at the end; and names of sums, each with its tag. All that are pending
-- from the beginning to the end are among them.

local note = '\0' .. string.sub(KEYS[2], #KEYS[1] - 8) -- see apply.lua
if redis.call('HEXISTS', KEYS[1], '') == 0
    or redis.call('EXISTS', KEYS[2]) == 0 and redis.call('HEXISTS', KEYS[1], note) == 1 then
  return redis.error_reply('LOST the read model is not whole any more')
end

return redis.call('HSCAN', KEYS[2], ARGV[1], 'COUNT', ARGV[2])
