-- Has queries read a build, if it still is the one to switch back to. A person wants it so.
--
-- KEYS  the builds
-- ARGV  build
-- Answers 1 if it is.

if redis.call('HGET', KEYS[1], 'previous') ~= ARGV[1] then
  return 0
end
redis.call('HSET', KEYS[1], 'active', ARGV[1], 'chosen', ARGV[1])
return 1
