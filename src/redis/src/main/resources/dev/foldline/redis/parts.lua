-- Answers which parts a partition has of some sums.
--
-- KEYS  the documents, the sums, the pending sums
-- ARGV  names of sums
-- Answers, of each sum that there is a part of here, its place among the names, the two halves, and
-- the tag under which it is pending ('' if it is not).

local note = '\0' .. string.sub(KEYS[2], #KEYS[1] - 8) -- see apply.lua
if redis.call('HEXISTS', KEYS[1], '') == 0
    or redis.call('EXISTS', KEYS[2]) == 0 and redis.call('HEXISTS', KEYS[1], note) == 1 then
  return redis.error_reply('LOST the read model is not whole any more')
end

local fields = {}
for i, name in ipairs(ARGV) do
  fields[i] = name .. ':l'
end
local lows = redis.call('HMGET', KEYS[2], unpack(fields))
local parts = {}
for i, low in ipairs(lows) do
  if low then
    parts[#parts + 1] = i
    parts[#parts + 1] = redis.call('HGET', KEYS[2], ARGV[i] .. ':h') or '0'
    parts[#parts + 1] = low
    parts[#parts + 1] = redis.call('HGET', KEYS[3], ARGV[i]) or ''
  end
end
return parts
