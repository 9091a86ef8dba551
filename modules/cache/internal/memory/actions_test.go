package memory_test

import (
	"context"
	"fmt"
	"time"

	"zomato/platform/eventbus"
)

// act begins something new.
func (s *schedule) act(who int) {
	thing, owner := s.luck.Int64N(scheduleThings), s.luck.Int64N(scheduleOwners)
	if s.failing && s.luck.IntN(4) == 0 {
		s.fail(false)
	}
	switch choice := s.luck.IntN(40); {
	case choice < 22:
		s.readers.Add(1)
		s.tell("reader %d begins with thing %d", who, thing)
		go s.reader(who, thing)
	case choice < 27:
		s.changeThing(who, thing, owner)
	case choice < 30:
		s.changeOwner(who, owner)
	case choice < 34:
		s.lose(thing, owner)
	case choice < 36:
		by := time.Duration(s.luck.Float64() * 1.2 * float64(scheduleTTL)) // into the time of renewal, or beyond the TTL
		s.tell("%v pass", by)
		s.now.Add(int64(by))
	case choice < 38:
		s.fail(true)
	case choice < 39:
		s.tell("who waits gives up, and what hangs is let go")
		time.Sleep(6 * time.Second) //nolint:forbidigo // in a bubble: it lets the time-outs pass
	default:
		s.clean(who)
	}
}

// fail lets loads fail from now on, or work again.
func (s *schedule) fail(failing bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failing = failing
	s.trace = append(s.trace, fmt.Sprintf("loads fail: %v", failing))
}

// lose loses an entry or a token, above all that of a tag that has just been
// bumped, which is the most delicate.
func (s *schedule) lose(thing, owner int64) {
	if s.luck.IntN(4) == 0 {
		s.tell("the entry of thing %d is lost", thing)
		s.tier.EvictEntry(fmt.Sprint("/things/", thing))
		return
	}
	tags := []string{fmt.Sprint("tests.thing:", thing), fmt.Sprint("tests.owner:", owner), "tests.any_owner:all", "namespace:things"}
	tag := tags[s.luck.IntN(len(tags))]
	if s.bumped != "" && s.luck.IntN(2) == 0 {
		tag = s.bumped
	}
	s.tell("the token of %s is lost", tag)
	s.tier.EvictToken(tag)
}

// clean clears the namespace, or sweeps.
func (s *schedule) clean(who int) {
	s.readers.Add(1)
	clearing := s.luck.IntN(2) == 0
	s.tell("clean %d: clearing %v", who, clearing)
	go func() {
		defer s.readers.Done()
		if clearing {
			_ = s.cache.Clear(context.Background(), s.cache.Namespace("things"))
			return
		}
		_, _ = s.tier.Sweep(context.Background(), 0, time.Unix(0, s.now.Load()))
	}()
}

// changeThing commits a change of a thing, makes it known and answers.
func (s *schedule) changeThing(who int, thing, owner int64) {
	exists, moves := s.luck.IntN(4) > 0, s.luck.IntN(2) == 0
	s.commit(who, thingChanged{thing}, func(r *rows) {
		r.things[thing].version++
		r.things[thing].exists = exists
		if moves {
			r.things[thing].owner = owner
		}
	}, func(told *rows, then rows) {
		told.things[thing].version = max(told.things[thing].version, then.things[thing].version)
	})
}

// changeOwner commits a change of an owner, makes it known and answers.
func (s *schedule) changeOwner(who int, owner int64) {
	s.commit(who, ownerChanged{owner}, func(r *rows) { r.owners[owner]++ }, func(told *rows, then rows) {
		told.owners[owner] = max(told.owners[owner], then.owners[owner])
	})
}

// commit does it in steps: the commit, each bump, the answer.
func (s *schedule) commit(who int, event eventbus.Event, change func(*rows), acknowledge func(told *rows, then rows)) {
	s.readers.Add(1)
	go func() {
		defer s.readers.Done()
		s.await("commit %d %+v", who, event)
		s.mu.Lock()
		change(&s.source)
		then := s.source
		s.count.changes++
		s.mu.Unlock()
		_ = s.cache.Forget(context.Background(), event)
		s.await("answer %d %+v", who, event)
		s.mu.Lock()
		defer s.mu.Unlock()
		acknowledge(&s.told, then)
	}()
}
