package database_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/database"
	"zomato/platform/fault"
	"zomato/platform/testkit"
)

// poisoning is 64 clients that write, each so many operations, of which one in
// fifty is poisoned (design: reliability.md §7).
type poisoning struct {
	db     *database.DB
	rounds int

	mu           sync.Mutex
	acknowledged []int // by Write
	committed    []int // by the hooks
	poisoned     []int // those that may not leave anything
	violations   []string
}

const (
	poisoningClients = 64
	poisoningEvery   = 50
)

func newPoisoning(t *testing.T) *poisoning {
	t.Helper()
	p := &poisoning{db: quiet(t, database.Config{URL: testkit.SQLite(t)}), rounds: 25}
	if os.Getenv("ZOMATO_GATES") == "full" {
		p.rounds = 2500
	}
	pages := 200 + poisoningClients*p.rounds/20
	run(t, p.db, "CREATE TABLE halves (operation BIGINT NOT NULL, half BIGINT NOT NULL, PRIMARY KEY (operation, half))",
		"CREATE TABLE totals (n BIGINT NOT NULL)", "INSERT INTO totals (n) VALUES (0)", "CREATE TABLE heap (content BLOB)",
		fmt.Sprintf("PRAGMA max_page_count = %d", pages))
	return p
}

// write is one operation: two halves and a sum, with something between them.
func (p *poisoning) write(ctx context.Context, operation int, between func(context.Context) error) error {
	return p.db.Write(ctx, func(ctx context.Context) error {
		if err := database.AfterCommit(ctx, func() func(context.Context) {
			p.committed = append(p.committed, operation) // the writer is held
			return nil
		}); err != nil {
			return err
		}
		for half := range 2 {
			if _, err := p.db.Exec(ctx, "INSERT INTO halves (operation, half) VALUES (?, ?)", operation, half); err != nil {
				return err
			}
			if half == 0 {
				if err := between(ctx); err != nil {
					return err
				}
			}
		}
		_, err := p.db.Exec(ctx, "UPDATE totals SET n = n + 1")
		return err
	})
}

// poison makes an operation that goes wrong in one of the ways.
func (p *poisoning) poison(ctx context.Context, operation, way int) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v", cause)
		}
	}()
	switch way {
	case 0: // cancelled before, while it waits or while it runs: it may have been done
		ctx, cancel := context.WithCancel(ctx)
		go cancel()
		return p.write(ctx, operation, func(context.Context) error { return nil })
	case 1:
		return p.write(ctx, operation, func(context.Context) error { panic("poison") })
	case 2: // more than the file may take
		return p.write(ctx, operation, func(ctx context.Context) error {
			_, err := p.db.Exec(ctx, "INSERT INTO heap (content) SELECT zeroblob(4096 * max_page_count) FROM pragma_max_page_count")
			return err
		})
	default:
		return p.write(ctx, operation, func(context.Context) error { return errNo })
	}
}

// client writes one operation after the other.
func (p *poisoning) client(ctx context.Context, client int) {
	for round := range p.rounds {
		operation := client*p.rounds + round
		var err error
		poisoned := operation%poisoningEvery == 7
		if poisoned {
			err = p.poison(ctx, operation, operation/poisoningEvery%4)
		} else {
			err = p.write(ctx, operation, func(context.Context) error { return nil })
		}
		p.mu.Lock()
		switch {
		case err == nil:
			p.acknowledged = append(p.acknowledged, operation)
		case poisoned:
			p.poisoned = append(p.poisoned, operation)
		default:
			p.violations = append(p.violations, fmt.Sprintf("operation %d was harmed by another: %v", operation, err))
		}
		p.mu.Unlock()
	}
}

// check runs all clients and gives what was promised and is not so.
func (p *poisoning) check(t *testing.T) []string {
	t.Helper()
	var group sync.WaitGroup
	ctx := context.WithoutCancel(t.Context())
	for client := range poisoningClients {
		group.Go(func() { p.client(ctx, client) })
	}
	group.Wait()
	var stored []struct{ Operation, Halves int }
	require.NoError(t, p.db.Select(ctx, &stored, "SELECT operation, count(*) AS halves FROM halves GROUP BY operation"))
	left := map[int]int{}
	for _, s := range stored {
		left[s.Operation] = s.Halves
	}
	violate := func(format string, args ...any) { p.violations = append(p.violations, fmt.Sprintf(format, args...)) }
	for _, operation := range p.acknowledged {
		if left[operation] != 2 {
			violate("operation %d was acknowledged and has %d halves", operation, left[operation])
		}
		delete(left, operation)
	}
	for operation, halves := range left {
		violate("operation %d failed and left %d halves", operation, halves)
	}
	var total int
	require.NoError(t, p.db.Get(ctx, &total, "SELECT n FROM totals"))
	if total != len(p.acknowledged) {
		violate("the sum is %d and not %d", total, len(p.acknowledged))
	}
	if !assert.ObjectsAreEqual(set(p.acknowledged), set(p.committed)) || len(p.committed) != len(p.acknowledged) {
		violate("the hooks tell of other operations than the answers")
	}
	t.Logf("%d acknowledged, %d poisoned, %+v", len(p.acknowledged), len(p.poisoned), p.db.WriteStats())
	return p.violations
}

func set(list []int) map[int]bool {
	all := map[int]bool{}
	for _, n := range list {
		all[n] = true
	}
	return all
}

func TestGate_poisoned_batch_loses_nothing_and_leaves_nothing_half_done(t *testing.T) {
	t.Parallel()
	p := newPoisoning(t)
	require.Empty(t, p.check(t))
	require.GreaterOrEqual(t, len(p.poisoned), poisoningClients*p.rounds/poisoningEvery*3/4)
	require.Less(t, p.db.WriteStats().Batches, p.db.WriteStats().Operations, "they shared commits")
	full := p.write(t.Context(), -1, func(ctx context.Context) error {
		_, err := p.db.Exec(ctx, "INSERT INTO heap (content) SELECT zeroblob(4096 * max_page_count) FROM pragma_max_page_count")
		return err
	})
	require.True(t, fault.Is(full, "database_unavailable"), "that poison is the full disk: %v", full)
}

// A gate that has never been seen to fail proves nothing.
func TestGate_poisoned_batch_notices_when_savepoints_are_left_out(t *testing.T) {
	t.Parallel()
	p := newPoisoning(t)
	p.rounds = 25 // also in the long form
	p.db.LeaveOutSavepoints()
	require.NotEmpty(t, p.check(t))
}
