package database

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"zomato/platform/fault"
)

// The limits of SQLite's queue of writers, unless Config says otherwise.
const (
	// writeBatch is the most operations that share one commit.
	writeBatch = 256
	// writeQueue is the most operations that wait: some seconds of work.
	writeQueue = 4096
)

// queue gives SQLite's writer to one operation after the other, in the order of
// their arrival (docs/adr/0015). There is no goroutine in it: whoever ends its
// turn hands on to the next.
type queue struct {
	batchLimit, queueLimit int

	mu      sync.Mutex
	freed   sync.Cond // busy has become false
	waiting list.List // of *member
	busy    bool      // a batch is in progress
	// refusal is why nothing is written any more: closed, or broken.
	refusal error
	stats   WriteStats
}

// WriteStats tells how SQLite's writer is used. All are 0 on Postgres.
type WriteStats struct {
	// Operations are the Writes that were committed since Open.
	Operations int64
	// Batches are the commits that it took.
	Batches int64
	// Waiting is how many Writes wait for their turn now.
	Waiting int
}

// WriteStats tells how SQLite's writer is used.
func (db *DB) WriteStats() WriteStats {
	if db.queue == nil {
		return WriteStats{}
	}
	db.queue.mu.Lock()
	defer db.queue.mu.Unlock()
	stats := db.queue.stats
	stats.Waiting = db.queue.waiting.Len()
	return stats
}

// member is a Write that has a place in the queue or in a batch.
type member struct {
	// wake has room for the one thing that can be told before it is heard.
	wake chan word
	// place is where it waits; nil when it does not. queue.mu guards it.
	place *list.Element
	// alone: it shares its batch with nobody.
	alone bool
}

// word is what a member is told: that its turn has come, in a batch, or else
// how it ended.
type word struct {
	turn  *batch
	waits []func(context.Context)
	err   error
}

func newQueue(cfg Config) *queue {
	q := &queue{batchLimit: cfg.WriteBatch, queueLimit: cfg.WriteQueue}
	if q.batchLimit <= 0 {
		q.batchLimit = writeBatch
	}
	if q.queueLimit <= 0 {
		q.queueLimit = writeQueue
	}
	q.freed.L = &q.mu
	return q
}

// overloaded is the fault for more Writes than may wait.
func overloaded() error {
	return fault.New(fault.Unavailable, "overloaded", "Too many changes are waiting to be written. Please try again.").
		After(time.Second)
}

// join takes a place in the queue, or the writer at once if it is free.
func (db *DB) join(m *member) error {
	q := db.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.refusal != nil:
		return unavailable(q.refusal)
	case !q.busy:
		q.busy = true
		m.wake <- word{turn: &batch{db: db, single: true}}
	case q.waiting.Len() >= q.queueLimit:
		return overloaded()
	default:
		m.place = q.waiting.PushBack(m)
	}
	return nil
}

// await waits for what the member is told next. Whoever stops waiting for a
// turn leaves the queue; a commit in progress is waited for.
func (db *DB) await(ctx context.Context, m *member) word {
	select {
	case told := <-m.wake:
		return told
	case <-ctx.Done():
	}
	if db.queue.leave(m) {
		return word{err: db.late(ctx)}
	}
	return <-m.wake
}

// late is the error of an operation whose context ended before its turn.
func (db *DB) late(ctx context.Context) error {
	return fmt.Errorf("wait to write: %w", db.translate(ctx.Err(), false))
}

// leave gives up a place in the queue, if there is one.
func (q *queue) leave(m *member) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if m.place == nil {
		return false
	}
	q.waiting.Remove(m.place)
	m.place = nil
	return true
}

// next gives the turn to the next member of a batch and tells whether there was
// one.
func (q *queue) next(b *batch) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	front := q.waiting.Front()
	if b.left == 0 || front == nil || memberAt(front).alone {
		return false
	}
	b.left--
	q.callFront(b)
	return true
}

// callFront gives the turn to whoever waits longest. q.mu is held.
func (q *queue) callFront(b *batch) {
	m := memberAt(q.waiting.Front())
	q.waiting.Remove(m.place)
	m.place = nil
	m.wake <- word{turn: b}
}

// gatherings is how often others are let run before a batch begins.
const gatherings = 4

// gather lets those run who can, until nobody more comes to wait: a request that was
// answered is followed by the next one, which is read by then. It waits for nobody; on
// an idle CPU it takes no time. On a busy one, and always on a single one, all of them
// would come a few microseconds too late, and have a commit each.
func (q *queue) gather() {
	for n, before := 0, -1; n < gatherings; n++ {
		waiting := q.length()
		if waiting == before || waiting >= q.batchLimit {
			return
		}
		before = waiting
		runtime.Gosched()
	}
}

// length is how many wait.
func (q *queue) length() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.waiting.Len()
}

// handOver ends a batch and begins the next one with what has queued
// meanwhile. The members to repeat go before all others, each alone.
func (db *DB) handOver(repeat []*member) {
	q := db.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := len(repeat) - 1; i >= 0; i-- {
		repeat[i].alone = true
		repeat[i].place = q.waiting.PushFront(repeat[i])
	}
	if q.refusal != nil {
		q.drain()
	}
	if q.waiting.Len() == 0 {
		q.busy = false
		q.freed.Broadcast()
		return
	}
	size := min(q.waiting.Len(), q.batchLimit)
	if memberAt(q.waiting.Front()).alone {
		size = 1
	}
	q.callFront(&batch{db: db, single: size == 1, left: size - 1})
}

// refuse answers everybody who waits, and all who come, with the reason.
func (q *queue) refuse(reason error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.refusal == nil {
		q.refusal = reason
	}
	q.drain()
}

// drain answers everybody who waits with the refusal. q.mu is held.
func (q *queue) drain() {
	for q.waiting.Len() > 0 {
		m := memberAt(q.waiting.Front())
		q.waiting.Remove(m.place)
		m.place = nil
		m.wake <- word{err: unavailable(q.refusal)}
	}
}

// close refuses all who wait or come, and waits for the batch in progress.
func (q *queue) close() {
	q.refuse(errClosed)
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.busy {
		q.freed.Wait()
	}
}

// count adds a commit to the figures.
func (q *queue) count(operations int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.stats.Operations += int64(operations)
	q.stats.Batches++
}

// memberAt gives the member at a place.
func memberAt(place *list.Element) *member {
	m, _ := place.Value.(*member) // nothing else is ever put there
	return m
}

// errBroken is why nothing is written after the disk has failed, at a commit or while
// the log was moved.
var errBroken = errors.New("the disk failed: nothing is written until the process has been started again")
