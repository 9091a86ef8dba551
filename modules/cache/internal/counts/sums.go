package counts

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// Instances add their counts up in a pool, each what has come since the last time.
// The answer to a delivery may be lost after its effect: it is repeated unchanged,
// under its number, and the pool adds no number twice.
//
// A pool may lose everything at any time. It then knows of no delivery of an
// instance that has made some, and the instance delivers all of its counts anew.
// What is lost is what instances had counted that are not there any more.

// SumEvery is how often the counts are to be added up.
const SumEvery = time.Second

// sumTime is how long sums are shown after they were read last. One answer of the
// pool may be late without the figures becoming those of one instance.
const sumTime = 5 * time.Second

// Delivery is what an instance adds.
type Delivery struct {
	// Instance is whose it is, Number counts its deliveries from 1 on.
	Instance string
	Number   int64
	// Counts are what has come since the delivery before.
	Counts Set
}

// Pool is where counts are added up.
type Pool interface {
	// Sum adds a delivery, unless it has done so before, and gives the sums of all
	// instances. ErrAlone and ErrLost are answers, too.
	Sum(ctx context.Context, d Delivery) (Set, error)
}

// What a pool answers instead of sums.
var (
	// ErrAlone says that there is nothing at present to add counts up in.
	ErrAlone = errors.New("there is no other instance to add counts up with")
	// ErrLost says that the deliveries before this one are lost.
	ErrLost = errors.New("the counts that were added up before are lost")
)

// Sums adds the counts of one instance up with those of others. The zero value is
// ready. Safe for concurrent use.
type Sums struct {
	mu       sync.Mutex // held while something is delivered
	instance string
	number   int64
	// delivered are the counts of this instance that are in the sums; offered what
	// they will be after the delivery that was not answered yet, nil without one.
	delivered, offered Set

	others atomic.Pointer[others]
}

// others are what the sums were without this instance.
type others struct {
	counts Set
	asOf   time.Time
}

// Exchange delivers what has come since the last time, and reads the sums. What
// could not be delivered is the next time.
func (s *Sums) Exchange(ctx context.Context, pool Pool, own func() Set, now func() time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.exchange(ctx, pool, own, now)
	if errors.Is(err, ErrLost) {
		s.instance, s.number, s.delivered, s.offered = "", 0, nil, nil
		err = s.exchange(ctx, pool, own, now)
	}
	return err
}

func (s *Sums) exchange(ctx context.Context, pool Pool, own func() Set, now func() time.Time) error {
	if s.instance == "" {
		s.instance = rand.Text()
	}
	if s.offered == nil {
		s.offered = own()
		s.number++
	}
	asOf := now()
	sums, err := pool.Sum(ctx, Delivery{s.instance, s.number, s.offered.plus(-1, s.delivered)})
	if err != nil {
		return err
	}
	s.delivered, s.offered = s.offered, nil
	s.others.Store(&others{sums.plus(-1, s.delivered), asOf})
	return nil
}

// With adds the counts of others to those of this instance. Where these are not
// known, all is false and the counts are its own, as of now.
func (s *Sums) With(own Set, now time.Time) (counts Set, asOf time.Time, all bool) {
	others := s.others.Load()
	if others == nil || now.Sub(others.asOf) > sumTime {
		return own, now, false
	}
	return others.counts.plus(1, own), others.asOf, true
}
