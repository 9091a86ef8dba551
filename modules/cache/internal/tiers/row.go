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
	// Register says that an instance is there for a while: the place is where in
	// Redis it announces all that it changes, "" for nowhere.
	Register(ctx context.Context, id, place string, keep time.Duration) error
	// Look tells of the others, as seen from one that announces at a place.
	Look(ctx context.Context, id, place string) (Others, error)
	// Remove takes the row of an instance away; if it is lapsed only, when it still
	// is.
	Remove(ctx context.Context, id string, lapsedOnly bool) error
}

// Others are the rows of other instances.
type Others struct {
	// Me tells whether there is a valid row of the one that asks, with its place.
	Me bool
	// Any tells whether there is another row at all.
	Any bool
	// Together tells whether any other announces anywhere; Apart whether any other
	// does not at the same place. Both be its row lapsed or not.
	Together, Apart bool
	// Lapsed are those whose rows have not been valid for a second.
	Lapsed []string
}

// row is what this instance has made known.
type row struct {
	// apart says that it writes without telling Redis, since and until when.
	apart        bool
	since, until time.Duration
	// place is what the row in the database says for certain; "" while it may say
	// that this instance is apart.
	place string
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

// known tells whether every other instance has seen where this one announces. It
// waits for that where the row says so already.
func (t *Tier) known(ctx context.Context) bool {
	t.mu.Lock()
	r := t.row
	t.mu.Unlock()
	if r.place == "" || r.place != t.redis.Place() {
		return false
	}
	if left := r.since + r.wait - t.clock(); left > 0 {
		wait(ctx, left, nil)
	}
	return ctx.Err() == nil
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
			wait(ctx, sightEvery, nil)
			continue
		}
		wait(ctx, rowRenew, t.nudgeRow)
	}
}

// register writes the row. Where there is nothing to make known it does not.
func (t *Tier) register(ctx context.Context) error {
	t.mu.Lock()
	now, place := t.clock(), ""
	loose := t.wrote && now-t.loose < commitTime
	if t.using && !loose {
		place = t.redis.Place()
	}
	if place == "" && !t.wrote || t.redis == nil && !loose {
		t.mu.Unlock()
		return nil
	}
	returning := place != "" && t.row.apart
	if place != "" {
		t.row.apart = false // from here on a writer that is apart has to wait for another row
	}
	if place != t.row.place {
		t.row.place = ""
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
	if err := t.Instances.Register(ctx, t.ID, place, rowTime); err != nil {
		return err
	}
	known := t.clock()
	others, err := t.Instances.Look(ctx, t.ID, place)
	if err != nil {
		return err
	}
	t.registered(place, now, known, others)
	return nil
}

// registered notes what the row says, when it was being written and was known.
func (t *Tier) registered(place string, began, known time.Duration, others Others) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := &t.row
	said := r.place != "" && r.place == place || r.apart && place == ""
	if !said || known >= r.until { // else others have seen it ever since
		r.since, r.wait = known, 0
		if others.Together {
			r.wait = apartWait
		}
	}
	r.place, r.apart, r.until = place, place == "", began+rowTime
	if r.changed != nil {
		close(r.changed)
		r.changed = nil
	}
}

// watch looks at the other instances.
func (t *Tier) watch(ctx context.Context) {
	for ctx.Err() == nil {
		began := t.clock()
		others, err := t.Instances.Look(ctx, t.ID, t.redis.Place())
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

// leave says goodbye. What may have been written apart has still to be ended: that
// is left to those who bury this instance, which they may do at once.
func (t *Tier) leave(ctx context.Context) error {
	t.mu.Lock()
	place, wrote := t.row.place, t.wrote
	t.mu.Unlock()
	if place == "" && wrote {
		return t.Instances.Register(ctx, t.ID, "", -2*time.Second)
	}
	return t.Instances.Remove(ctx, t.ID, false)
}
