-- Answers the mark of a partition; '' if it has none, or if a shared view is gone that was there.
--
-- KEYS  the documents, then the shared views

for i = 2, #KEYS do
  local note = '\0' .. string.sub(KEYS[i], #KEYS[1] - 8) -- see apply.lua
  if redis.call('EXISTS', KEYS[i]) == 0 and redis.call('HEXISTS', KEYS[1], note) == 1 then
    return ''
  end
end
return redis.call('HGET', KEYS[1], '') or ''
