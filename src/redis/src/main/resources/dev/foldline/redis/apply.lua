-- Applies what a batch of events does to one partition of a projection, a stream at a time: its
-- changes take effect, together with its new document, only if the document is still at the
-- revision that they were made for.
--
-- KEYS  the documents, whether a query waits for one of them, then the shared views that ARGV
--       refers to by number
-- ARGV  per stream: stream, revision expected ('' for none), new document, number of changes;
--       per change: kind, number of its key, and three values
-- Tells those who wait for a document, on the channel `written` of the namespace, which one was written.
-- Answers, for each stream that was elsewhere, its name and the document it has ('' for none).
--
-- Longs pass through as text: a number in Lua is a double.

if redis.call('HGET', KEYS[1], '') ~= 'open' then
  return redis.error_reply('LOST the read model is closed, or not whole any more')
end

-- A shared view that is there is noted beside the documents, under a name that is no stream's. One
-- that is noted and gone was lost.
local views = {unpack(KEYS, 3)}

local function note(view)
  return '\0' .. string.sub(view, #KEYS[1] - 8)
end

local function all_there()
  return #views == 0 or redis.call('EXISTS', unpack(views)) == #views
end

local complete = all_there()
for _, view in ipairs(complete and {} or views) do
  if redis.call('EXISTS', view) == 0 and redis.call('HEXISTS', KEYS[1], note(view)) == 1 then
    return redis.error_reply('LOST a shared view of the read model is not there any more')
  end
end

local written = string.match(KEYS[1], '^[^{]*') .. 'written'
local elsewhere = {}
local waiting = redis.call('EXISTS', KEYS[2]) == 1
local at = 1

-- A total is high * 2^32 + low. The low half is carried over long before it could overflow.
local function add(totals, field, high, low)
  if redis.call('HINCRBY', totals, field .. ':l', low) >= 2 ^ 52 then
    redis.call('HINCRBY', totals, field .. ':l', '-4503599627370496')
    redis.call('HINCRBY', totals, field .. ':h', '1048576')
  end
  if high ~= '0' then
    redis.call('HINCRBY', totals, field .. ':h', high)
  end
end

-- A ranking or index is sorted as text: what its entry begins with, then the member. A member has
-- one entry, which replaces the one before; '' takes it out.
local function put(ranking, member, entry, scores)
  local old = redis.call('HGET', scores, member)
  if old then
    redis.call('ZREM', ranking, old .. member)
  end
  if entry == '' then
    redis.call('HDEL', scores, member)
  else
    redis.call('HSET', scores, member, entry)
    redis.call('ZADD', ranking, 0, entry .. member)
  end
end

while at <= #ARGV do
  local stream, expected, document = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local last = at + 3 + 5 * tonumber(ARGV[at + 3])
  local current = redis.call('HGET', KEYS[1], stream) or ''
  if string.match(current, '^%d*') == expected then
    redis.call('HSET', KEYS[1], stream, document)
    if waiting then
      redis.call('PUBLISH', written, KEYS[1] .. ' ' .. stream)
    end
    for i = at + 4, last, 5 do
      local key = KEYS[tonumber(ARGV[i + 1])]
      if ARGV[i] == 'add' then
        add(key, ARGV[i + 2], ARGV[i + 3], ARGV[i + 4])
      elseif ARGV[i] == 'pend' then
        redis.call('HSET', key, ARGV[i + 2], ARGV[i + 3])
      else
        put(key, ARGV[i + 2], ARGV[i + 3], KEYS[tonumber(ARGV[i + 4])])
      end
    end
  else
    elsewhere[#elsewhere + 1] = stream
    elsewhere[#elsewhere + 1] = current
  end
  at = last + 1
end

if not complete or not all_there() then
  for _, view in ipairs(views) do
    if redis.call('EXISTS', view) == 1 then
      redis.call('HSETNX', KEYS[1], note(view), '')
    else
      redis.call('HDEL', KEYS[1], note(view))
    end
  end
end

return elsewhere
