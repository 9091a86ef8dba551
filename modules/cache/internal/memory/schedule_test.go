package memory_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"zomato/modules/cache"
	"zomato/modules/cache/internal/core"
	"zomato/platform/fault"
)

// The world of the gate of stale answers (stale_test.go): things that belong to
// owners, in a source that can be changed, behind a cache. Whoever reads or
// writes waits in front of every step that others could see, until the schedule
// lets it go on: one step at a time, in an order that a seed decides.

const (
	scheduleThings = 2
	scheduleOwners = 2
	scheduleTTL    = time.Minute
)

// thingChanged says that a thing, or which owner it belongs to, has changed.
type thingChanged struct{ ID int64 }

// EventName implements eventbus.Event.
func (thingChanged) EventName() string { return "tests.thing_changed" }

// ownerChanged says that an owner, whom things show, has changed.
type ownerChanged struct{ ID int64 }

// EventName implements eventbus.Event.
func (ownerChanged) EventName() string { return "tests.owner_changed" }

// evictable is a tier that can be told to lose something.
type evictable interface {
	core.Tier
	EvictEntry(key string)
	EvictToken(tag string)
}

// row is what the source has: how often something has changed, and of a thing
// also whether it exists and whose it is.
type row struct {
	version int64
	exists  bool
	owner   int64
}

// rows are the source, or what of it was acknowledged.
type rows struct {
	things [scheduleThings]row
	owners [scheduleOwners]int64
}

// schedule is one history. Everything in it happens in one synctest bubble.
type schedule struct {
	luck  *rand.Rand
	haste int // of so many turns one begins something new
	tier  evictable
	cache *core.Cache
	route *core.Route
	now   atomic.Int64

	mu      sync.Mutex
	waiting []waiter
	source  rows
	told    rows // what those who changed it were answered
	trace   []string
	stale   []string
	failing bool   // loads fail from now on
	bumped  string // the tag that was bumped last
	count   counted

	readers sync.WaitGroup
}

// counted is what has happened, so that a gate sees that it tries anything.
type counted struct {
	schedules, steps, reads, hits, misses, stale, bypasses, failures, changes, refused, coalesced int64
}

// waiter waits for its turn in front of a step.
type waiter struct {
	step string
	turn chan struct{}
}

// await waits in front of a step for its turn.
func (s *schedule) await(format string, args ...any) {
	w := waiter{fmt.Sprintf(format, args...), make(chan struct{})}
	s.mu.Lock()
	s.waiting = append(s.waiting, w)
	s.mu.Unlock()
	<-w.turn
}

// tell notes what happens.
func (s *schedule) tell(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trace = append(s.trace, fmt.Sprintf(format, args...))
}

// stepwise is the tier of a schedule: what reaches the real one waits for its
// turn, before and after.
type stepwise struct {
	core.Tier

	s *schedule
	// alone says that no other instance could change anything.
	alone bool
}

// Strict implements core.Tier.
func (t stepwise) Strict() bool { return t.alone }

// Near implements core.Tier.
func (t stepwise) Near(ctx context.Context, key string) (*core.Entry, bool, error) {
	return t.Get(ctx, key, nil)
}

// Get implements core.Tier.
func (t stepwise) Get(ctx context.Context, key string, likely []string) (*core.Entry, bool, error) {
	t.s.await("get %s", key)
	defer t.s.await("got %s", key)
	return t.Tier.Get(ctx, key, likely)
}

// Set implements core.Tier.
func (t stepwise) Set(ctx context.Context, key string, e *core.Entry) error {
	t.s.await("set %s", key)
	return t.Tier.Set(ctx, key, e)
}

// Tokens implements core.Tier.
func (t stepwise) Tokens(ctx context.Context, tags []string) (core.Taken, error) {
	t.s.await("tokens %s", tags)
	taken, err := t.Tier.Tokens(ctx, tags)
	taken.Strict = taken.Strict && t.alone
	return taken, err
}

// Bump implements core.Tier: tag after tag, as a tier may do it.
func (t stepwise) Bump(ctx context.Context, event int64, tags []string) error {
	slices.Sort(tags) // they come from a map
	var errs []error
	for _, tag := range tags {
		t.s.await("bump %s", tag)
		errs = append(errs, t.Tier.Bump(ctx, event, []string{tag}))
		t.s.bumped = tag // nobody else moves at this moment
	}
	return errors.Join(errs...)
}

// newSchedule makes the world of a schedule. Every other one stands for an
// instance of several, where every eighth keeps nothing (strict).
func newSchedule(luck *rand.Rand, tier evictable) (*schedule, error) {
	s := &schedule{luck: luck, haste: 2 + luck.IntN(8), tier: tier}
	s.now.Store(time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC).UnixNano())
	for i := range s.source.things {
		s.source.things[i] = row{version: 1, exists: luck.IntN(4) > 0, owner: int64(luck.IntN(scheduleOwners))}
	}
	s.told = s.source
	alone, strict := luck.IntN(2) == 0, luck.IntN(4) == 0
	things := cache.NewKind("tests.thing", cache.On(func(e thingChanged) []int64 { return []int64{e.ID} }))
	owners := cache.NewKind("tests.owner", cache.On(func(e ownerChanged) []int64 { return []int64{e.ID} }))
	all := cache.NewKind("tests.any_owner", cache.OnAny[ownerChanged]())
	p := cache.Policy{
		Operation: "get-thing", Namespace: "things",
		Terms: cache.Terms{Class: cache.Static, TTL: scheduleTTL, Grace: time.Hour, Strict: strict},
		Tags:  []cache.Tag{things.Of("thing_id")},
	}
	if luck.IntN(3) == 0 {
		p.Tags = append(p.Tags, all.All())
	} else {
		p.Related = &cache.Relation{Kinds: []*cache.Kind{owners}, Find: func(_ context.Context, of cache.Params) ([]cache.Named, error) {
			return s.related(owners, of("thing_id"))
		}}
	}
	c, err := core.New(context.Background(), core.Options{
		Tier: stepwise{tier, s, alone}, Policies: []cache.Policy{p}, Alone: alone, Log: zap.NewNop(),
		Now: func() time.Time { return time.Unix(0, s.now.Load()) },
	})
	if err != nil {
		return nil, err
	}
	s.cache, s.route = c, c.Route("get-thing")
	s.cache.Start(cache.Live{
		Ask:   func(context.Context, string) (int, error) { return 200, nil },
		Heard: func() time.Time { return time.Unix(0, s.now.Load()) },
	})
	return s, nil
}

// read reads the source, which is a step of its own.
func (s *schedule) read(thing int64, what string) (r row, owner int64, err error) {
	s.await("%s %d", what, thing)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failing {
		return row{}, 0, errors.New("the database is gone")
	}
	r = s.source.things[thing]
	s.trace = append(s.trace, fmt.Sprintf("  %s: %+v, its owner is at %d", what, r, s.source.owners[r.owner]))
	return r, s.source.owners[r.owner], nil
}

func (s *schedule) related(owners *cache.Kind, thing int64) ([]cache.Named, error) {
	r, _, err := s.read(thing, "relate")
	if err == nil && !r.exists {
		err = fault.New(fault.NotFound, "thing_not_found", "There is none.")
	}
	return []cache.Named{owners.Named(r.owner)}, err
}

// load is the loader of a thing.
func (s *schedule) load(thing int64) (*core.Answer, error) {
	r, owner, err := s.read(thing, "load")
	s.await("loaded %d", thing)
	switch {
	case err != nil:
		return nil, err
	case !r.exists:
		return &core.Answer{Absent: fault.New(fault.NotFound, "thing_not_found", fmt.Sprintf("%d 0 0", r.version))}, nil
	}
	body := fmt.Sprintf("%d %d %d", r.version, r.owner, owner)
	return &core.Answer{ETag: body, Body: []byte(body)}, nil
}

// reader asks for a thing as the server does, and holds the answer against what
// was acknowledged when it began.
func (s *schedule) reader(who int, thing int64) {
	defer s.readers.Done()
	s.mu.Lock()
	told := s.told
	s.count.reads++
	s.mu.Unlock()
	key := fmt.Sprint("/things/", thing)
	refresh := who%8 == 7
	got := core.Result{State: core.Hit}
	var ok bool
	var err error
	if got.Answer, got.Age, ok = s.route.Hit(key); !ok || refresh {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		q := core.Request{Key: key, Refresh: refresh, Param: func(string) int64 { return thing }}
		got, err = s.route.Answer(ctx, q, func(context.Context) (*core.Answer, error) { return s.load(thing) })
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count.add(got.State, err)
	if err != nil {
		s.trace = append(s.trace, fmt.Sprintf("reader %d: %.60s", who, err))
		return
	}
	text := string(got.Body)
	if got.Absent != nil {
		text = got.Absent.Detail
	}
	s.trace = append(s.trace, fmt.Sprintf("reader %d of thing %d: %s %q", who, thing, got.State, text))
	var shown row
	var owner int64
	if _, err := fmt.Sscan(text, &shown.version, &shown.owner, &owner); err != nil {
		s.stale = append(s.stale, "an answer that nobody has loaded: "+text)
		return
	}
	if shown.version < told.things[thing].version || got.Absent == nil && owner < told.owners[shown.owner] {
		s.stale = append(s.stale, fmt.Sprintf("reader %d of thing %d got %q (%s), and began after %+v was acknowledged", who, thing, text, got.State, told))
	}
}

func (c *counted) add(state core.State, err error) {
	switch {
	case err != nil:
		c.failures++
	case state == core.Hit:
		c.hits++
	case state == core.Miss:
		c.misses++
	case state == core.Stale:
		c.stale++
	default:
		c.bypasses++
	}
}

// run lets it all happen, and gives what was stale.
func (s *schedule) run(actions int) (stale []string) {
	for who := 0; who < actions || s.busy(); {
		synctest.Wait()
		s.count.steps++
		if left := who < actions; left && (s.luck.IntN(s.haste) == 0 || !s.busy()) {
			s.act(who)
			who++
			continue
		}
		s.step()
	}
	s.readers.Wait()
	if err := s.cache.Stop(context.Background()); err != nil {
		s.stale = append(s.stale, err.Error())
	}
	things := s.cache.Namespace("things")
	s.count.refused, s.count.coalesced = things.Refused.Load(), things.Coalesced.Load()
	return s.stale
}

// busy tells whether somebody waits for a turn.
func (s *schedule) busy() bool {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.waiting) > 0
}

// step lets one of those who wait go on. They are sorted, since several may have
// come at the same moment.
func (s *schedule) step() {
	s.mu.Lock()
	slices.SortStableFunc(s.waiting, func(a, b waiter) int { return strings.Compare(a.step, b.step) })
	i := s.luck.IntN(len(s.waiting))
	next := s.waiting[i]
	s.waiting = slices.Delete(s.waiting, i, i+1)
	s.trace = append(s.trace, "  "+next.step)
	s.mu.Unlock()
	close(next.turn)
}
