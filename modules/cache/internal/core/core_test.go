package core_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"zomato/modules/cache"
	"zomato/modules/cache/internal/core"
	"zomato/modules/cache/internal/memory"
	"zomato/platform/fault"
)

// thingChanged is the event of these tests.
type thingChanged struct{ ID int64 }

func (thingChanged) EventName() string { return "tests.thing_changed" }

// ownerChanged concerns what is found by a relation.
type ownerChanged struct{ ID int64 }

func (ownerChanged) EventName() string { return "tests.owner_changed" }

// bench is a cache with one route about things, and a source that can be
// changed.
type bench struct {
	*core.Cache

	route *core.Route
	now   atomic.Int64 // nanoseconds
	loads atomic.Int64
}

func (b *bench) advance(by time.Duration) { b.now.Add(int64(by)) }

// options change what a bench is made of.
type option func(*core.Options, *cache.Policy)

func newBench(t *testing.T, options ...option) *bench {
	t.Helper()
	b := &bench{}
	b.now.Store(time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC).UnixNano())
	tier, err := memory.New(1 << 20)
	require.NoError(t, err)
	things := cache.NewKind("tests.thing", cache.On(func(e thingChanged) []int64 { return []int64{e.ID} }))
	policy := cache.Policy{
		Operation: "get-thing", Namespace: "things",
		Terms: cache.Terms{Class: cache.Static, TTL: time.Minute, Grace: time.Hour},
		Tags:  []cache.Tag{things.Of("thing_id")},
	}
	o := core.Options{
		Tier: tier, Alone: true, Log: zap.NewNop(),
		Now: func() time.Time { return time.Unix(0, b.now.Load()) },
	}
	for _, change := range options {
		change(&o, &policy)
	}
	o.Policies = append(o.Policies, policy)
	b.Cache, err = core.New(context.Background(), o)
	require.NoError(t, err)
	b.route = b.Route("get-thing")
	t.Cleanup(func() { require.NoError(t, b.Stop(context.Background())) })
	return b
}

// get asks as the server does: first for a hit, then for an answer.
func (b *bench) get(t *testing.T, id int64, load core.Loader) core.Result {
	t.Helper()
	got, err := b.ask(t.Context(), id, false, load)
	require.NoError(t, err)
	return got
}

func (b *bench) ask(ctx context.Context, id int64, refresh bool, load core.Loader) (core.Result, error) {
	key := "/things/" + strconv.FormatInt(id, 10)
	if answer, age, ok := b.route.Hit(key); ok && !refresh {
		return core.Result{Answer: answer, State: core.Hit, Age: age}, nil
	}
	return b.route.Answer(ctx, core.Request{Key: key, Refresh: refresh, Param: func(string) int64 { return id }}, load)
}

// says is a loader that always says the same.
func (b *bench) says(body string) core.Loader {
	return func(context.Context) (*core.Answer, error) {
		b.loads.Add(1)
		return &core.Answer{ETag: strconv.Quote(body), Body: []byte(body)}, nil
	}
}

func (b *bench) change(t *testing.T, id int64) {
	t.Helper()
	require.NoError(t, b.Forget(t.Context(), thingChanged{id}))
}

func TestAn_answer_is_kept_until_something_changes_or_its_time_is_over(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	require.Equal(t, core.Miss, b.get(t, 1, b.says("a")).State)
	b.advance(3 * time.Second)
	hit := b.get(t, 1, b.says("b"))
	require.Equal(t, core.Hit, hit.State)
	require.Equal(t, 3*time.Second, hit.Age)
	require.Equal(t, "a", string(hit.Body))

	b.change(t, 2)
	require.Equal(t, core.Hit, b.get(t, 1, b.says("b")).State, "another thing has changed")
	b.change(t, 1)
	got := b.get(t, 1, b.says("b"))
	require.Equal(t, core.Miss, got.State)
	require.Equal(t, "b", string(got.Body))

	b.advance(67 * time.Second) // a minute and 10 %
	require.Equal(t, core.Miss, b.get(t, 1, b.says("c")).State)

	require.NoError(t, b.Clear(t.Context(), b.Namespace("things")))
	require.Equal(t, core.Miss, b.get(t, 1, b.says("d")).State)
	require.Equal(t, core.Hit, b.get(t, 1, b.says("d")).State)
}

func TestA_refresh_loads_and_keeps(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.get(t, 1, b.says("a"))
	got, err := b.ask(t.Context(), 1, true, b.says("b"))
	require.NoError(t, err)
	require.Equal(t, core.Bypass, got.State)
	require.Equal(t, "b", string(b.get(t, 1, b.says("c")).Body))
}

func TestWhat_changes_while_it_is_loaded_is_not_kept(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	got := b.get(t, 1, func(context.Context) (*core.Answer, error) {
		b.change(t, 1) // after the loader has read its source
		return &core.Answer{ETag: "old", Body: []byte("old")}, nil
	})
	require.Equal(t, "old", string(got.Body), "whoever asked before the change may see that")
	require.Equal(t, "new", string(b.get(t, 1, b.says("new")).Body))
	require.EqualValues(t, 1, b.Namespace("things").Refused.Load())
}

func TestMany_that_ask_at_once_cause_one_load(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	const readers = 10_000
	open := make(chan struct{})
	var asking, done sync.WaitGroup
	asking.Add(readers)
	for range readers {
		done.Go(func() {
			asking.Done()
			got, err := b.ask(context.Background(), 1, false, func(ctx context.Context) (*core.Answer, error) {
				<-open
				return b.says("a")(ctx)
			})
			if err != nil || string(got.Body) != "a" {
				t.Errorf("%v %v", got, err)
			}
		})
	}
	asking.Wait()
	close(open)
	done.Wait()
	require.EqualValues(t, 1, b.loads.Load())
}

func TestWho_comes_after_a_change_does_not_get_what_began_before(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		goOn := make(chan struct{})
		answers := make(chan string, 2)
		ask := func(who string, load core.Loader) {
			got, err := b.ask(context.Background(), 1, false, load)
			answers <- fmt.Sprint(who, ": ", string(got.Body), err)
		}
		go ask("first", func(context.Context) (*core.Answer, error) {
			<-goOn
			return &core.Answer{ETag: "old", Body: []byte("old")}, nil
		})
		synctest.Wait()
		b.change(t, 1) // whoever caused it has the answer from here on
		go ask("second", b.says("new"))
		synctest.Wait() // both wait for the first load
		close(goOn)
		require.ElementsMatch(t, []string{"first: old<nil>", "second: new<nil>"}, []string{<-answers, <-answers})
	})
}

func TestLoaders_that_fail(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	broken := errors.New("the database is gone")
	_, err := b.ask(t.Context(), 1, false, func(context.Context) (*core.Answer, error) { return nil, broken })
	require.ErrorIs(t, err, broken)
	_, err = b.ask(t.Context(), 1, false, func(context.Context) (*core.Answer, error) { panic("oh") })
	require.ErrorContains(t, err, "panic: oh")
	_, err = b.ask(t.Context(), 1, false, func(context.Context) (*core.Answer, error) { return nil, nil })
	require.Error(t, err)
	require.Equal(t, core.Miss, b.get(t, 1, b.says("a")).State, "nothing of that was kept")
}

func TestA_loader_that_hangs_holds_up_nobody_for_ever(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		hangs := make(chan struct{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := b.ask(ctx, 1, false, func(ctx context.Context) (*core.Answer, error) {
			<-hangs // and does not look at ctx
			return nil, ctx.Err()
		})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		late, cancelLate := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancelLate()
		_, err = b.ask(late, 1, false, b.says("a"))
		require.ErrorIs(t, err, context.DeadlineExceeded, "it joined the load that hangs")
		require.Equal(t, "a", string(b.get(t, 1, b.says("a")).Body), "that has had its time")
		close(hangs)
	})
}

func TestAn_old_answer_is_served_while_loading_fails_unless_it_has_changed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	fails := func(context.Context) (*core.Answer, error) { return nil, errors.New("the database is gone") }
	refuses := func(context.Context) (*core.Answer, error) { return nil, fault.New(fault.Invalid, "invalid", "No.") }
	b.get(t, 1, b.says("a"))
	b.advance(2 * time.Minute)
	got := b.get(t, 1, fails)
	require.Equal(t, core.Stale, got.State)
	require.Equal(t, 2*time.Minute, got.Age)
	_, err := b.ask(t.Context(), 1, false, refuses)
	require.Error(t, err, "a refusal is an answer")
	b.change(t, 1)
	_, err = b.ask(t.Context(), 1, false, fails)
	require.Error(t, err, "something has changed")

	b.get(t, 2, b.says("a"))
	b.advance(time.Hour + 2*time.Minute)
	_, err = b.ask(t.Context(), 2, false, fails)
	require.Error(t, err, "its grace is over")
}

func TestWhat_does_not_exist_is_kept_for_ten_seconds(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	absent := func(context.Context) (*core.Answer, error) {
		b.loads.Add(1)
		return &core.Answer{Absent: fault.New(fault.NotFound, "thing_not_found", "There is none.")}, nil
	}
	b.get(t, 1, absent)
	got := b.get(t, 1, absent)
	require.Equal(t, core.Hit, got.State)
	require.Equal(t, "thing_not_found", got.Absent.Code)
	require.EqualValues(t, 1, b.Namespace("things").AbsentHits.Load())
	b.change(t, 1)
	require.Equal(t, "a", string(b.get(t, 1, b.says("a")).Body), "it exists now")
	b.get(t, 2, absent)
	b.advance(11 * time.Second)
	require.Equal(t, core.Miss, b.get(t, 2, absent).State)
	require.EqualValues(t, 3, b.loads.Load()-1)
}

func TestAn_answer_ends_when_it_becomes_wrong_by_itself(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	until := time.Unix(0, b.now.Load()).Add(5 * time.Second)
	load := func(context.Context) (*core.Answer, error) {
		return &core.Answer{ETag: "open", Body: []byte("open"), ValidUntil: until}, nil
	}
	b.get(t, 1, load)
	b.advance(3900 * time.Millisecond)
	require.Equal(t, core.Hit, b.get(t, 1, load).State)
	b.advance(1100 * time.Millisecond)
	_, err := b.ask(t.Context(), 1, false, func(context.Context) (*core.Answer, error) { return nil, errors.New("gone") })
	require.Error(t, err, "no grace beyond it")
	require.Equal(t, core.Bypass, b.get(t, 1, load).State, "it is over already")
}

func TestAn_answer_is_renewed_once_before_its_time_is_over(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.get(t, 1, b.says("a"))
	b.advance(53 * time.Second) // 80 % of a minute and 10 %
	for range 10 {
		got := b.get(t, 1, b.says("b"))
		require.Equal(t, core.Hit, got.State)
	}
	require.Eventually(t, func() bool { return string(b.get(t, 1, b.says("c")).Body) == "b" }, 5*time.Second, time.Millisecond)
	require.EqualValues(t, 2, b.loads.Load())
}

// unsure is a tier that cannot tell what others change.
type unsure struct{ core.Tier }

// Strict implements core.Tier.
func (unsure) Strict() bool { return false }

// Tokens implements core.Tier.
func (u unsure) Tokens(ctx context.Context, tags []string) (core.Taken, error) {
	taken, err := u.Tier.Tokens(ctx, tags)
	return core.Taken{Tokens: taken.Tokens}, err
}

func TestWhere_others_change_things_strict_answers_are_not_kept(t *testing.T) {
	t.Parallel()
	heard := time.Time{}
	b := newBench(t, func(o *core.Options, p *cache.Policy) {
		o.Alone, p.Strict, o.Tier = false, true, unsure{o.Tier}
		p.Settled = &cache.Terms{Class: cache.Conditional, TTL: time.Hour}
	})
	require.Equal(t, core.Bypass, b.get(t, 1, b.says("a")).State)
	require.Equal(t, core.Bypass, b.get(t, 1, b.says("b")).State)
	settled := func(context.Context) (*core.Answer, error) {
		return &core.Answer{ETag: "s", Body: []byte("s"), Settled: true}, nil
	}
	require.Equal(t, core.Miss, b.get(t, 1, settled).State)
	require.Equal(t, core.Miss, b.get(t, 1, settled).State, "nobody has said what others do")
	b.Start(cache.Live{
		Ask:   func(context.Context, string) (int, error) { return 200, nil },
		Heard: func() time.Time { return heard },
	})
	heard = time.Unix(0, b.now.Load())
	require.Equal(t, core.Hit, b.get(t, 1, settled).State)
	b.advance(time.Second)
	require.Equal(t, core.Miss, b.get(t, 1, settled).State, "no news for a second")
}

func TestWhat_is_found_by_a_relation_ends_answers_too(t *testing.T) {
	t.Parallel()
	owners := cache.NewKind("tests.owner", cache.On(func(e ownerChanged) []int64 { return []int64{e.ID} }))
	var known atomic.Bool
	b := newBench(t, func(_ *core.Options, p *cache.Policy) {
		p.Related = &cache.Relation{Kinds: []*cache.Kind{owners}, Find: func(_ context.Context, of cache.Params) ([]cache.Named, error) {
			if !known.Load() {
				return nil, fault.New(fault.NotFound, "thing_not_found", "There is none.")
			}
			return []cache.Named{owners.Named(of("thing_id") + 100)}, nil
		}}
	})
	b.get(t, 1, b.says("a"))
	require.Equal(t, core.Bypass, b.get(t, 1, b.says("a")).State, "its owner is not known, so it must not be kept")
	known.Store(true)
	b.get(t, 1, b.says("a"))
	require.Equal(t, core.Hit, b.get(t, 1, b.says("a")).State)
	require.NoError(t, b.Forget(t.Context(), ownerChanged{101}))
	require.Equal(t, core.Miss, b.get(t, 1, b.says("b")).State)
}
