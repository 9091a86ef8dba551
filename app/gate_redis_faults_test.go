package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/platform/testkit"
	"zomato/platform/testkit/httpclient"
)

// The gate of a Redis that fails (design: cache.md §7), of the binary: whatever
// happens to Redis, everything is answered, nothing that was acknowledged is
// missing, and it is used again when it is well.

// redisFault is what happens to a Redis.
type redisFault struct {
	name string
	// down says that Redis cannot be used meanwhile, which is shown.
	down bool
	// begin, end and again, which is called time and again in between; nil for
	// nothing.
	begin, again, end func()
}

// garble overwrites all answers that Redis keeps, with what is none.
const garble = `
local keys = redis.call('KEYS', '*:answer:*')
for i, key in ipairs(keys) do
	if i % 4 == 0 then
		redis.call('DEL', key)
		redis.call('RPUSH', key, 'a', 'b')
		redis.call('EXPIRE', key, 60)
	else
		local text = redis.call('TYPE', key).ok == 'string' and redis.call('GET', key) or ''
		local spoilt = {'', string.char(1) .. 'garbage', string.sub(text, 1, #text - 1)}
		redis.call('SET', key, spoilt[i % 4], 'EX', 60)
	end
end
return #keys`

// redisFaults are all of them, of a Redis behind a proxy.
func redisFaults(t *testing.T, own *testkit.RedisServer, between *testkit.Proxy) []redisFault {
	t.Helper()
	do := func(args ...string) func() { return func() { own.Do(t, args...) } }
	treat := func(mode testkit.Treatment) func() { return func() { between.Treat(mode) } }
	garbled := 0
	return []redisFault{
		{name: "kill", down: true, begin: own.Halt, end: func() { own.Resume(t) }},
		{name: "SIGSTOP", down: true, begin: own.Pause, end: own.Continue},
		{name: "+200 ms", down: true, begin: treat(testkit.Delay), end: treat(testkit.Pass)},
		{name: "cut", down: true, begin: treat(testkit.HoldUp), end: treat(testkit.Pass)},
		{name: "connections refused by a reset", down: true, begin: treat(testkit.Reset), end: treat(testkit.Pass)},
		{name: "connections reset", again: between.Sever},
		{name: "FLUSHALL", begin: do("FLUSHALL"), again: do("FLUSHALL")},
		{name: "READONLY", down: true, begin: do("REPLICAOF", "127.0.0.1", "1"), end: do("REPLICAOF", "NO", "ONE")},
		{name: "out of memory", down: true, begin: do("CONFIG", "SET", "maxmemory", "1"), end: do("CONFIG", "SET", "maxmemory", "0")},
		{name: "garbage", again: func() {
			if own.Do(t, "EVAL", garble, "0") != "0" {
				garbled++
			}
		}, end: func() { require.Positive(t, garbled, "there was something to spoil") }},
		{name: "SCRIPT FLUSH", begin: do("SCRIPT", "FLUSH"), again: do("SCRIPT", "FLUSH")},
	}
}

// suffering is a product under a steady load whose Redis fails.
type suffering struct {
	*steady

	app httpclient.Client
	// patience is how long something may take that has no time promised.
	patience time.Duration
}

// sufferer begins one.
func sufferer(t *testing.T, binary, url, redis string, variables ...string) *suffering {
	t.Helper()
	p := start(t, url, []string{binary}, append(variables, "REDIS_URL="+redis)...)
	app := running{Client: httpclient.New(p.address)}
	furnish(t, app)
	s := &suffering{newSteady(t, p.address), app.Client, time.Minute}
	s.begin()
	t.Cleanup(s.end)
	return s
}

// redisStatus is what the product says of its Redis.
func (s *suffering) redisStatus(t *testing.T) string {
	t.Helper()
	var health struct{ Redis struct{ Status string } }
	s.app.Do(t, "GET", "/cache/health", "").Expect(t, 200).JSON(t, &health)
	return health.Redis.Status
}

// comes waits for something, and tells whether and when it came.
func (s *suffering) comes(is func() bool, meanwhile func()) (after time.Duration, ok bool) {
	began := time.Now()
	for !is() {
		if time.Since(began) > s.patience {
			return time.Since(began), false
		}
		if meanwhile != nil {
			meanwhile()
		}
		<-time.After(5 * time.Millisecond)
	}
	return time.Since(began), true
}

// goesOn waits until so much was read and written from now on.
func (s *suffering) goesOn(meanwhile func()) {
	reads, writes := s.reads.Load()+150, s.writes.Load()+2*things
	_, ok := s.comes(func() bool { return s.reads.Load() >= reads && s.writes.Load() >= writes }, meanwhile)
	if !ok {
		s.violate("slow: the load does not go on")
	}
}

// long waits, in the long form, while something happens.
func long(wanted time.Duration, meanwhile func()) {
	for end := time.Now().Add(wanted); gatesAreFull() && time.Now().Before(end); {
		if meanwhile != nil {
			meanwhile()
		}
		<-time.After(5 * time.Millisecond)
	}
}

// under has a fault happen.
func (s *suffering) under(t *testing.T, f redisFault) {
	t.Helper()
	s.well(t, f.name+", before")
	calm := time.Now()
	s.goesOn(nil)
	long(2*time.Second, nil)
	began := time.Now()
	if f.begin != nil {
		f.begin()
	}
	var down time.Duration
	if f.down {
		var ok bool
		if down, ok = s.comes(func() bool { return s.redisStatus(t) == "down" }, f.again); !ok {
			s.violate("status: %s: is not shown as down", f.name)
		}
	}
	s.goesOn(f.again)
	long(3*time.Second-time.Since(began), f.again)
	if f.end != nil {
		f.end()
	}
	ended := time.Now()
	back := s.well(t, f.name)
	s.goesOn(nil)
	s.report(t, f, calm, began, ended, down, back)
}

// well waits until Redis is used and there are hits.
func (s *suffering) well(t *testing.T, after string) time.Duration {
	t.Helper()
	back, ok := s.comes(func() bool {
		return s.redisStatus(t) == "up" && s.app.Do(t, "GET", "/restaurants/1", "").Header.Get("X-Cache") == "HIT"
	}, nil)
	if !ok {
		s.violate("status: %s: Redis is not used again", after)
	}
	return back
}

// The promised times, which the long form asks for.
const (
	redisSlower = 50 * time.Millisecond
	redisBack   = 2 * time.Second
)

// report tells how long things took.
func (s *suffering) report(t *testing.T, f redisFault, calm, began, ended time.Time, down, back time.Duration) {
	t.Helper()
	s.mu.Lock()
	reads, writes := s.read, s.written
	s.mu.Unlock()
	_, base, _ := part(reads, calm, began)
	_, _, baseWrite := part(writes, calm, began)
	count, during, slowest := part(reads, began.Add(time.Second), ended)
	_, _, write := part(writes, began, ended)
	t.Logf("%s: p99 of reads %v before, %v from 1 s on (slowest of %d %v); slowest write %v before, %v during; down after %v, used and hit again %v after its return",
		f.name, base, during, count, slowest, baseWrite, write, down, back)
	if gatesAreFull() && during > base+redisSlower {
		s.violate("slow: %s: p99 of reads was %v before, %v during", f.name, base, during)
	}
	if gatesAreFull() && back > redisBack {
		s.violate("late: %s: used again after %v", f.name, back)
	}
}

// finish ends the load and gives what is not as promised.
func (s *suffering) finish() []string {
	s.end()
	return s.violations
}

func TestGate_redis_faults(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		own := testkit.OwnRedis(t)
		between := testkit.NewProxy(t, own.URL)
		s := sufferer(t, product(t), url, between.URL)
		for _, f := range redisFaults(t, own, between) {
			s.under(t, f)
		}
		require.Empty(t, s.finish())
		t.Logf("%d reads, %d writes", s.reads.Load(), s.writes.Load())
	})
}

func TestGate_redis_is_not_there_at_the_start(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		own := testkit.OwnRedis(t)
		own.Halt()
		s := sufferer(t, product(t), url, own.URL)
		require.Equal(t, "down", s.redisStatus(t))
		s.goesOn(nil)
		own.Resume(t)
		t.Logf("used and hit %v after it was there", s.well(t, "the start"))
		s.goesOn(nil)
		require.Empty(t, s.finish())
	})
}

// A gate that has never been seen to fail proves nothing.
func TestGate_redis_faults_notice_a_product_that_needs_Redis(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]string{"tokens": "5xx", "breaker": "status", "bump": "stale"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			own := testkit.OwnRedis(t)
			between := testkit.NewProxy(t, own.URL)
			s := sufferer(t, brokenProduct(t), testkit.Postgres(t), between.URL, "BREAK="+name)
			s.patience = 5 * time.Second
			s.under(t, redisFault{name: "cut", down: true, begin: func() { between.Treat(testkit.HoldUp) }, end: func() { between.Treat(testkit.Pass) }})
			kinds := kindsOf(s.finish())
			require.Contains(t, kinds, kind)
			if name == "breaker" && gatesAreFull() {
				require.Contains(t, kinds, "slow")
			}
			t.Logf("%d violations, such as %s", len(s.violations), s.violations[0])
		})
	}
}
