package tiers

import (
	"context"
	"time"

	"go.uber.org/zap"

	"zomato/platform/fault"
)

// How instances know of each other. All of it rests on clocks that count seconds
// of the same length, and on nothing else.
const (
	// rowTime is how long a row is valid, rowRenew how often it is renewed.
	rowTime  = 15 * time.Second
	rowRenew = 2 * time.Second
	// sightEvery is how often others are looked at; what was seen is good for
	// sightTime. Who has made known that it writes apart waits for longer than that.
	sightEvery = 100 * time.Millisecond
	sightTime  = 300 * time.Millisecond
	apartWait  = 400 * time.Millisecond
	// commitTime is longer than a transaction may be about to commit: package
	// database ends those that idle for 4 s.
	commitTime = 5 * time.Second
	// registerTime is the most that a writer waits until it may go on.
	registerTime = 3 * time.Second
)

// Instances are those that serve the same database, as the database knows them.
// Its methods use connections that no writer holds.
type Instances interface {
	// Register says that an instance is there for a while: together tells that it
	// announces all that it changes in Redis.
	Register(ctx context.Context, id string, together bool, keep time.Duration) error
	// Look tells of the others.
	Look(ctx context.Context, id string) (Others, error)
	// Remove takes the row of an instance away; if it is lapsed only, when it still
	// is.
	Remove(ctx context.Context, id string, lapsedOnly bool) error
}

// Others are the rows of other instances.
type Others struct {
	// Me tells whether there is a row of the one that asks, as together.
	Me bool
	// Any tells whether there is another row at all.
	Any bool
	// Together tells whether any other is; Apart whether any other is not, be its
	// row lapsed or not.
	Together, Apart bool
	// Lapsed are those whose rows are not valid any more.
	Lapsed []string
}

// row is what this instance has made known.
type row struct {
	// apart says that it writes without telling Redis, since and until when.
	apart        bool
	since, until time.Duration
	// wait is how long others take to see it.
	wait time.Duration
	// changed is closed when the row is another one.
	changed chan struct{}
}

// sight is what was seen of others.
type sight struct {
	began time.Duration
	clear bool
}

// clear tells whether every instance announces what it changes.
func (t *Tier) clear() bool {
	s := t.sight.Load()
	return s != nil && s.clear && t.clock()-s.began < sightTime
}

// apart waits until no instance serves anything strict, as this one is about to
// change something without telling Redis.
func (t *Tier) apart(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, registerTime)
	defer cancel()
	for {
		t.mu.Lock()
		now := t.clock()
		t.loose, t.wrote = now, true
		r := t.row
		if r.apart && now+commitTime < r.until && now >= r.since+r.wait {
			t.mu.Unlock()
			return nil
		}
		if t.row.changed == nil {
			t.row.changed = make(chan struct{})
		}
		changed := t.row.changed
		t.mu.Unlock()
		left := registerTime
		if r.apart && now+commitTime < r.until {
			left = r.since + r.wait - now
		} else {
			nudge(t.nudgeRow)
		}
		wait(ctx, left, changed)
		if ctx.Err() != nil {
			return fault.New(fault.Unavailable, "overloaded", "Other instances could not be told of the change. Try again.").Because(ctx.Err())
		}
	}
}

// keepRow makes known how this instance writes.
func (t *Tier) keepRow(ctx context.Context) {
	for ctx.Err() == nil {
		if err := t.register(ctx); err != nil && ctx.Err() == nil {
			t.Log.Warn("this instance could not be registered in the database", zap.Error(err))
		}
		wait(ctx, rowRenew, t.nudgeRow)
	}
}

// register writes the row. Where there is nothing to make known it does not.
func (t *Tier) register(ctx context.Context) error {
	t.mu.Lock()
	now := t.clock()
	loose := t.wrote && now-t.loose < commitTime
	together := t.using && !loose
	if !together && !t.wrote || t.redis == nil && !loose {
		t.mu.Unlock()
		return nil
	}
	returning := together && t.row.apart
	if together {
		t.row.apart = false // from here on a writer that is apart has to wait for another row
	}
	t.mu.Unlock()
	if returning { // nothing that was kept before the last of those writers was done is to be served
		if err := t.redis.Tell(ctx, 0, t.Everything); err != nil {
			t.part(err)
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, registerTime)
	defer cancel()
	if err := t.Instances.Register(ctx, t.ID, together, rowTime); err != nil || together {
		return err
	}
	known := t.clock()
	others, err := t.Instances.Look(ctx, t.ID)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if r := &t.row; !r.apart || known >= r.until { // else others have seen it ever since
		r.apart, r.since, r.wait = true, known, 0
		if others.Together {
			r.wait = apartWait
		}
	}
	t.row.until = now + rowTime
	if t.row.changed != nil {
		close(t.row.changed)
		t.row.changed = nil
	}
	return nil
}

// watch looks at the other instances.
func (t *Tier) watch(ctx context.Context) {
	for ctx.Err() == nil {
		began := t.clock()
		others, err := t.Instances.Look(ctx, t.ID)
		if err == nil {
			t.sight.Store(&sight{began: began, clear: others.Me && !others.Apart})
			t.bury(ctx, others.Lapsed)
		}
		wait(ctx, max(0, sightEvery-(t.clock()-began)), nil)
	}
}

// bury removes instances that have not been heard of for long. What they may have
// changed without telling Redis is ended before.
func (t *Tier) bury(ctx context.Context, lapsed []string) {
	for _, id := range lapsed {
		if !t.place.Load().together {
			return
		}
		err := t.redis.Tell(ctx, 0, t.Everything)
		if err == nil {
			err = t.Instances.Remove(ctx, id, true)
		}
		if err != nil {
			t.failed(err)
			return
		}
		t.Log.Warn("an instance has not been heard of and is forgotten", zap.String("instance", id))
	}
}

// leave says goodbye. What was written apart has still to be ended: that is left
// to those who bury this instance, which they may do at once.
func (t *Tier) leave(ctx context.Context) error {
	t.mu.Lock()
	apart := t.row.apart
	t.mu.Unlock()
	if apart {
		return t.Instances.Register(ctx, t.ID, false, -time.Second)
	}
	return t.Instances.Remove(ctx, t.ID, false)
}
