-- Takes the reminders that are due. They are due again later, unless they are settled by then: the
-- later, the longer they have been due.
--
-- KEYS  what is due when next; when what was taken was due first
-- ARGV  the time, how many at most, the shortest and the longest time until they are due again; in
--       milliseconds
-- Answers of each what it is, and when it was due first.

local now = tonumber(ARGV[1])
local shortest = tonumber(ARGV[3])
local longest = tonumber(ARGV[4])
local function text(number)
  return string.format('%.0f', number)
end

local found =
    redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'WITHSCORES', 'LIMIT', 0, ARGV[2])
local answer = {}
for i = 1, #found, 2 do
  local reminder = found[i]
  local first = tonumber(redis.call('ZSCORE', KEYS[2], reminder) or found[i + 1])
  local pause = math.max(shortest, math.min(longest, now - first))
  redis.call('ZADD', KEYS[1], text(now + pause), reminder)
  redis.call('ZADD', KEYS[2], 'NX', text(first), reminder)
  answer[i] = reminder
  answer[i + 1] = text(first)
end
return answer
