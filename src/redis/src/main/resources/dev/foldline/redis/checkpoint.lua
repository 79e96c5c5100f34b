-- Keeps up to which position one part of a build has every event, and the history of the Redis
-- that it is kept in. A history ends, and another one begins, whenever Redis may go on without its
-- last writes: when it is started, and when a replica takes over.
--
-- KEYS  where it is kept, and a hash that tells whether the part is there
-- ARGV  position, and the history that it is true of; '' to keep nothing; the field that is in the
--       hash for as long as the part is there: of one that was removed nothing is kept
-- Answers the history of now, and what was kept before: history, blank, position; or ''.

local told = redis.call('INFO', 'replication')
local history = string.match(told, 'master_replid:(%w+)') or 'unknown'
local kept = redis.call('GET', KEYS[1]) or ''

if ARGV[2] == history and redis.call('HEXISTS', KEYS[2], ARGV[3]) == 1 then
  redis.call('SET', KEYS[1], history .. ' ' .. ARGV[1])
end
return {history, kept}
