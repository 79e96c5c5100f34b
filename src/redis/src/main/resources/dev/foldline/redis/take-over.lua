-- Has queries read a build that its version keeps up to date, instead of one that nobody does.
--
-- KEYS  the builds
-- ARGV  version, its build, the one that nobody keeps up to date, and the later versions that are run
-- Answers 1 if they do; not where they read another one by now, a person has chosen that one, or a
-- later version keeps a build up to date.

if redis.call('HGET', KEYS[1], 'active') ~= ARGV[3]
    or redis.call('HGET', KEYS[1], 'chosen') == ARGV[3]
    or redis.call('HGET', KEYS[1], 'live:' .. ARGV[1]) ~= ARGV[2] then
  return 0
end
for i = 4, #ARGV do
  if redis.call('HEXISTS', KEYS[1], 'live:' .. ARGV[i]) == 1 then
    return 0
  end
end
redis.call('HSET', KEYS[1], 'active', ARGV[2], 'previous', ARGV[3])
return 1
