package core_test

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/modules/cache"
	"zomato/modules/cache/internal/core"
)

// late is a tier that lets something happen after it has looked for an entry.
type late struct {
	core.Tier

	after func()
}

// Get implements core.Tier.
func (l *late) Get(ctx context.Context, key string, likely []string) (*core.Entry, bool, error) {
	e, current, err := l.Tier.Get(ctx, key, likely)
	l.after()
	return e, current, err
}

func TestWho_has_just_missed_what_another_one_keeps_does_not_load_it_again(t *testing.T) {
	t.Parallel()
	tier := &late{after: func() {}}
	b := newBench(t, func(o *core.Options, _ *cache.Policy) {
		tier.Tier = o.Tier
		o.Tier = tier
	})
	looks := 0
	tier.after = func() {
		if looks++; looks == 1 { // it has found nothing, and is about to load
			tier.after = func() {}
			b.get(t, 1, b.says("a"))
		}
	}
	got := b.get(t, 1, b.says("b"))
	require.Equal(t, "a", string(got.Body))
	require.Equal(t, core.Hit, got.State)
	require.EqualValues(t, 1, b.loads.Load())
}

func TestWho_is_cut_off_from_others_does_not_get_what_began_long_ago(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, func(o *core.Options, _ *cache.Policy) { o.Alone = false })
		goOn := make(chan struct{})
		answers := make(chan string, 3)
		ask := func(load core.Loader) {
			got, err := b.ask(context.Background(), 1, false, load)
			answers <- fmt.Sprint(string(got.Body), err)
		}
		go ask(func(context.Context) (*core.Answer, error) {
			<-goOn
			return &core.Answer{ETag: "old", Body: []byte("old")}, nil
		})
		synctest.Wait()
		b.advance(999 * time.Millisecond)
		go ask(b.says("new")) // soon enough for what others may have changed
		synctest.Wait()
		b.advance(time.Millisecond)
		go ask(b.says("new"))
		synctest.Wait()
		close(goOn)
		require.ElementsMatch(t, []string{"old<nil>", "old<nil>", "new<nil>"}, []string{<-answers, <-answers, <-answers})
	})
}

// readersOf has readers ask for things over and over again until it is told to
// end, and gives how many answers had which state.
func readersOf(t *testing.T, b *bench, things int64, load func(thing int64) core.Loader) (end func() map[core.State]int64) {
	t.Helper()
	const readers = 4
	var stop atomic.Bool
	var all sync.WaitGroup
	var mu sync.Mutex
	states := map[core.State]int64{}
	for who := range int64(readers) {
		all.Go(func() {
			mine := map[core.State]int64{}
			for n := who; !stop.Load(); n++ {
				got, err := b.ask(context.Background(), n%things, false, load(n%things))
				if !assert.NoError(t, err) {
					return
				}
				mine[got.State]++
			}
			mu.Lock()
			defer mu.Unlock()
			for state, n := range mine {
				states[state] += n
			}
		})
	}
	return func() map[core.State]int64 {
		stop.Store(true)
		all.Wait()
		return states
	}
}

// expiring is a bench of which things are loaded, each load counted.
type expiring struct {
	*bench

	loads [4]atomic.Int64
}

func (e *expiring) load(thing int64) core.Loader {
	return func(context.Context) (*core.Answer, error) {
		n := strconv.FormatInt(e.loads[thing].Add(1), 10)
		return &core.Answer{ETag: n, Body: []byte(n)}, nil
	}
}

// loaded waits until each thing was loaded so often. More often is a failure.
func (e *expiring) loaded(t *testing.T, times int64) {
	t.Helper()
	for thing := range e.loads {
		require.Eventually(t, func() bool { return e.loads[thing].Load() >= times }, time.Minute, 100*time.Microsecond)
	}
	require.Eventually(t, func() bool { return e.Namespace("things").Sets.Load() >= times*int64(len(e.loads)) }, time.Minute, 100*time.Microsecond, "it is kept")
	for thing := range e.loads {
		require.Equal(t, times, e.loads[thing].Load(), "loads of thing %d", thing)
	}
}

func TestGate_expiry_nobody_waits_while_answers_are_renewed(t *testing.T) {
	t.Parallel()
	e := &expiring{bench: newBench(t)}
	for thing := range int64(len(e.loads)) {
		e.get(t, thing, e.load(thing))
	}
	end := readersOf(t, e.bench, int64(len(e.loads)), e.load)
	for round := range int64(20) {
		e.advance(53400 * time.Millisecond) // 89 %: all are worth renewing, none is over
		e.loaded(t, round+2)
	}
	states := end()
	require.Equal(t, states[core.Hit], sumOf(states), "%v", states)
	t.Logf("20 renewals of %d answers: %v", len(e.loads), states)
}

func TestGate_expiry_loads_once_what_is_over(t *testing.T) {
	t.Parallel()
	e := &expiring{bench: newBench(t)}
	end := readersOf(t, e.bench, int64(len(e.loads)), e.load)
	e.loaded(t, 1)
	for round := range int64(20) {
		e.advance(2 * time.Minute)
		e.loaded(t, round+2)
	}
	states := end()
	require.Equal(t, states[core.Hit]+states[core.Miss], sumOf(states), "%v", states)
	t.Logf("20 expiries of %d answers: %v", len(e.loads), states)
}

func sumOf(states map[core.State]int64) (sum int64) {
	for _, n := range states {
		sum += n
	}
	return sum
}

// A gate that has never been seen to fail proves nothing: where nobody renews and
// nobody shares a load, both have something to tell.
func TestGate_expiry_notices_loads_that_are_not_shared(t *testing.T) {
	t.Parallel()
	e := &expiring{bench: newBench(t, func(o *core.Options, p *cache.Policy) { o.Alone, p.Strict, o.Tier = false, true, unsure{o.Tier} })}
	end := readersOf(t, e.bench, int64(len(e.loads)), e.load)
	require.Eventually(t, func() bool { return e.loads[0].Load() > 100 }, time.Minute, time.Millisecond)
	require.Equal(t, []core.State{core.Bypass}, statesOf(end()), fmt.Sprint(e.loads[0].Load()))
}

func statesOf(states map[core.State]int64) (names []core.State) {
	for state := range states {
		names = append(names, state)
	}
	return names
}
