-- Moves a position forward, never back.
-- KEYS[1]  where the position is kept, in decimal digits, or -1 before the first event
-- ARGV[1]  the new position likewise: compared as text, since Lua's numbers end at 2^53

local BEFORE_THE_FIRST = '-1'
local saved, position = redis.call('GET', KEYS[1]), ARGV[1]

local function is_further()
  if not saved then
    return true
  elseif position == BEFORE_THE_FIRST or saved == BEFORE_THE_FIRST then
    return position ~= BEFORE_THE_FIRST
  end
  return #position > #saved or (#position == #saved and position > saved)
end

if is_further() then
  redis.call('SET', KEYS[1], position)
end
