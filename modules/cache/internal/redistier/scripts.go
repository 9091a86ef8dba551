package redistier

import "github.com/redis/go-redis/v9"

// While somebody is about to change what a tag stands for, a "p" stands in the
// place of its token.
//
// Each script runs as one step, which nothing else in Redis comes between. They
// ask Redis for the time: the clocks of the instances need not agree.
//
//nolint:gochecknoglobals // constants in all but the language
var (
	// takeTokens gives the tokens of tags, and first whether our keys are young. A
	// tag without a token, or with something else in its place, gets the one offered.
	// KEYS: born, young, the tokens. ARGV: seconds that tokens live, that born does,
	// milliseconds that young does, the offers.
	takeTokens = redis.NewScript(`
if redis.call('SET', KEYS[1], '1', 'NX', 'EX', ARGV[2]) then
	redis.call('SET', KEYS[2], '1', 'PX', ARGV[3])
end
local out = {redis.call('EXISTS', KEYS[2])}
for i = 3, #KEYS do
	local token = redis.call('GET', KEYS[i])
	if not token or token ~= 'p' and #token ~= 16 then
		token = ARGV[i + 1]
		redis.call('SET', KEYS[i], token, 'EX', ARGV[1])
	end
	out[#out + 1] = token
end
return out`)

	// announceChange marks tags before a commit. KEYS: of each tag its token and
	// its writers. ARGV: who writes, milliseconds until it is forgotten.
	announceChange = redis.NewScript(`
local now = redis.call('TIME')
local till = now[1] * 1000 + math.floor(now[2] / 1000) + ARGV[2]
for i = 1, #KEYS, 2 do
	redis.call('SET', KEYS[i], 'p', 'PX', ARGV[2])
	redis.call('ZADD', KEYS[i + 1], till, ARGV[1])
	redis.call('PEXPIRE', KEYS[i + 1], ARGV[2])
end
return 1`)

	// tellChange ends the tokens of tags after a commit, and puts them into the
	// stream. Where another writer is about to change something, the mark stays.
	// KEYS: told, changes, count, then of each tag its token and its writers. ARGV:
	// who wrote, 0 for nobody; the policies of the program; the tags as one text;
	// seconds that told lives, that changes does; how long changes may be.
	tellChange = redis.NewScript(`
if ARGV[1] ~= '0' and not redis.call('SET', KEYS[1], '1', 'NX', 'EX', ARGV[4]) then
	return 0
end
local now = redis.call('TIME')
now = now[1] * 1000 + math.floor(now[2] / 1000)
for i = 4, #KEYS, 2 do
	redis.call('ZREM', KEYS[i + 1], ARGV[1])
	redis.call('ZREMRANGEBYSCORE', KEYS[i + 1], '-inf', now)
	local last = redis.call('ZRANGE', KEYS[i + 1], -1, -1, 'WITHSCORES')
	if last[2] then
		redis.call('SET', KEYS[i], 'p', 'PX', math.max(1, last[2] - now))
	else
		redis.call('DEL', KEYS[i])
	end
end
local count = redis.call('INCR', KEYS[3])
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[6], '*', 'n', count, 'id', ARGV[1], 'by', ARGV[2], 'tags', ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[5])
redis.call('EXPIRE', KEYS[3], ARGV[5])
return count`)

	// tryWriting sees whether Redis takes anything. KEYS: probe, born. ARGV: seconds
	// that born lives.
	tryWriting = redis.NewScript(`
redis.call('SET', KEYS[1], '1', 'EX', 60)
return redis.call('EXPIRE', KEYS[2], ARGV[1])`)

	// addCounts adds a delivery to the sums, unless it is there already, and gives
	// all of the hash; nil when deliveries before it are lost. The number is noted
	// first: should a field be no number, and end the script, no delivery is added
	// over and over. KEYS: sums. ARGV: the field of the instance, the number of the
	// delivery, seconds that sums live, then fields and what to add to them.
	addCounts = redis.NewScript(`
if redis.call('TYPE', KEYS[1])['ok'] ~= 'hash' then
	redis.call('DEL', KEYS[1])
end
local number = tonumber(ARGV[2])
local last = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '')
if not last and number > 1 then
	return false
end
if not last or last < number then
	redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
	redis.call('EXPIRE', KEYS[1], ARGV[3])
	for i = 4, #ARGV, 2 do
		redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1])
	end
end
redis.call('EXPIRE', KEYS[1], ARGV[3])
return redis.call('HGETALL', KEYS[1])`)
)
