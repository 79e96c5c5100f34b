-- Keeps up to which position one part of a build has every event, and the history of the Redis
-- that it is kept in. A history ends, and another one begins, whenever Redis may go on without its
-- last writes: when it is started, and when a replica takes over.
--
-- KEYS  where it is kept, and a hash that tells whether the part is there: of one that was removed
--       nothing is kept
-- ARGV  what to do, position, the history that it is true of, and the field that is in the hash for
--       as long as the part is there. To do is to 'look'; to 'go on' from what is kept, if that is
--       of the same history; to 'keep' whatever is kept; or to 'retract', that is to say that
--       what came later may not be here, whatever is kept and whichever the history is
-- Answers the history of now, its offset, the history before, the offset up to which both are the
-- same, and what was kept before: history, blank, position; or ''.

local told = redis.call('INFO', 'replication')
local history = string.match(told, 'master_replid:(%w+)') or 'unknown'
local kept = redis.call('GET', KEYS[1]) or ''
local what = ARGV[1]

if redis.call('HEXISTS', KEYS[2], ARGV[4]) == 1 then
  if what == 'retract' then
    redis.call('SET', KEYS[1], 'retracted ' .. ARGV[2])
  elseif ARGV[3] == history
      and (what == 'keep' or what == 'go on' and string.match(kept, '^%w*') == history) then
    redis.call('SET', KEYS[1], history .. ' ' .. ARGV[2])
  end
end
return {
  history,
  string.match(told, 'master_repl_offset:(%d+)') or '0',
  string.match(told, 'master_replid2:(%w+)') or '',
  string.match(told, 'second_repl_offset:(%-?%d+)') or '-1',
  kept
}
