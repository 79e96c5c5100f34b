-- Moves a position forward, never back.
-- KEYS[1]  where the position is kept, in decimal digits
-- ARGV[1]  the new position, in decimal digits: compared as text, since Lua's numbers end at 2^53

local saved, position = redis.call('GET', KEYS[1]), ARGV[1]
if not saved or #position > #saved or (#position == #saved and position > saved) then
  redis.call('SET', KEYS[1], position)
end
