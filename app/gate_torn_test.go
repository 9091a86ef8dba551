package main

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/platform/testkit"
)

// Where a write-ahead log can be cut (https://sqlite.org/fileformat.html#walformat).
const (
	walHeader = 32
	walFrame  = 24 + 4096
)

// snapshot is the files of a database at one instant, as a power cut finds them.
type snapshot struct {
	database, log []byte
	// moved is how many frames of the log may already be in the database. They
	// were synced before, so no power cut takes them away.
	moved int
	// told is how many orders were acknowledged by then.
	told int
}

// takeSnapshot copies the files of a product that stands still meanwhile.
func takeSnapshot(t *testing.T, p *instance, path string, o *orderers) snapshot {
	t.Helper()
	// The product goes on if this ends early: its end is waited for.
	defer p.signal(syscall.SIGCONT)
	told := o.acknowledgements()
	p.signal(syscall.SIGSTOP)
	waitFor(t, "standstill", func() bool { return standsStill(p.command.Process.Pid) })
	read := func(name string) []byte {
		content, err := os.ReadFile(name)
		require.NoError(t, err)
		return content
	}
	s := snapshot{database: read(path), log: read(path + "-wal"), told: told}
	s.moved = movedFrames(path)
	return s
}

// movedFrames tells how many frames of the log may be in the database
// (nBackfillAttempted, https://sqlite.org/walformat.html).
func movedFrames(path string) int {
	index, err := os.ReadFile(path + "-shm")
	if err != nil || len(index) < 132 {
		return 0
	}
	return int(binary.NativeEndian.Uint32(index[128:]))
}

// standsStill tells whether every thread of a process stands still.
func standsStill(pid int) bool {
	states, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	return len(states) > 0 && !slices.ContainsFunc(states, func(name string) bool {
		stat, err := os.ReadFile(name)
		return err == nil && !strings.Contains(string(stat), ") T ")
	})
}

// cuts are the lengths of log to try: with every frame border and as many random
// places, or a sample of both.
func (s snapshot) cuts(sample int) []int {
	var all []int
	for length := walHeader + s.moved*walFrame; length <= len(s.log); length += walFrame {
		all = append(all, length)
		if length+walFrame <= len(s.log) {
			all = append(all, length+1+rand.IntN(walFrame-1))
		}
	}
	if sample > 0 && len(all) > sample {
		rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		all = all[:sample]
	}
	if s.moved == 0 {
		all = append(all, 0, 1+rand.IntN(walHeader-1))
	}
	all = append(all, len(s.log))
	slices.Sort(all)
	return slices.Compact(all)
}

// tryCuts opens the database with each length of log, and tells what is wrong.
func (s snapshot) tryCuts(t *testing.T, lengths []int) []string {
	t.Helper()
	counts := make([]int, len(lengths))
	var mu sync.Mutex
	var found []string
	var next atomic.Int64
	var group sync.WaitGroup
	for range 2 {
		folder := t.TempDir()
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(lengths); i = int(next.Add(1)) - 1 {
				violations, orders := s.tryCut(t, filepath.Join(folder, fmt.Sprintf("cut%d.db", i)), lengths[i])
				mu.Lock()
				counts[i] = orders
				for _, v := range violations {
					found = append(found, fmt.Sprintf("%s, with %d of %d bytes of the log", v, lengths[i], len(s.log)))
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	if !slices.IsSorted(counts) {
		found = append(found, fmt.Sprintf("lost: more of the log gives fewer orders: %v", counts))
	}
	if all := counts[len(counts)-1]; all < s.told {
		found = append(found, fmt.Sprintf("lost: %d orders were acknowledged, %d are there", s.told, all))
	}
	return found
}

// tryCut opens one, and counts its orders, which are the first ones without a gap.
func (s snapshot) tryCut(t *testing.T, path string, length int) (violations []string, orders int) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, s.database, 0o600))
	require.NoError(t, os.WriteFile(path+"-wal", s.log[:length], 0o600))
	app := openLeft(t, "sqlite:"+path)
	defer func() {
		require.NoError(t, app.db.Close())
		require.NoError(t, os.Remove(path))
	}()
	violations = wholeness(t, app)
	stored := storedOrders(t, app)
	for i, order := range stored {
		if order.ID != int64(i+1) {
			violations = append(violations, fmt.Sprintf("torn: order %d comes after %d others", order.ID, i))
		}
	}
	return violations, len(stored)
}

// tear says how often the files are copied, how many orders apart, and how many cuts
// are tried of each (0: all). Moved: while the log is being moved into the database.
type tear struct {
	copies, apart, sample int
	moved                 bool
}

// tearing copies the files of a product under load.
func tearing(t *testing.T, binary string, clients int, how tear, variables ...string) (violations []string, cuts int) {
	t.Helper()
	url := testkit.SQLite(t)
	path := strings.TrimPrefix(url, "sqlite:")
	o := newOrderers(t)
	p := start(t, url, []string{binary}, variables...)
	o.address.set(p.address)
	o.furnish(t, clients)
	require.Equal(t, 0, p.stop()) // the log begins with orders
	p = start(t, url, []string{binary}, variables...)
	o.address.set(p.address)
	o.begin(clients)
	var snapshots []snapshot
	for range how.copies {
		before := o.acknowledgements()
		waitFor(t, "orders", func() bool { return o.acknowledgements() >= before+how.apart || o.failed() })
		if how.moved {
			waitFor(t, "a log that is being moved", func() bool { return movedFrames(path) > 0 || o.failed() })
		} else {
			<-time.After(rand.N(50 * time.Millisecond)) // the instant is the matter
		}
		snapshots = append(snapshots, takeSnapshot(t, p, path, o))
	}
	o.end()
	require.Equal(t, 0, p.stop(), p.log())
	moved := 0
	for _, s := range snapshots {
		moved += min(1, s.moved)
		lengths := s.cuts(how.sample)
		cuts += len(lengths)
		violations = append(violations, s.tryCuts(t, lengths)...)
	}
	t.Logf("%d cuts of %d copies, %d of them with a log that was partly moved, and %d orders at the end: %d violations",
		cuts, how.copies, moved, len(o.told), len(violations))
	return append(violations, o.violations...), cuts
}

func TestGate_torn_log_has_no_half_order(t *testing.T) {
	t.Parallel()
	forms := []tear{{copies: 2, apart: 8, sample: 20}}
	if gatesAreFull() {
		// Every border of a short log; and a log that is moved into the database and
		// begun anew meanwhile, which takes some thousand orders.
		forms = []tear{{copies: 3, apart: 15}, {copies: 3, apart: 1_500, sample: 150, moved: true}}
	}
	for _, how := range forms {
		violations, cuts := tearing(t, product(t), 8, how)
		require.Empty(t, violations)
		require.Greater(t, cuts, how.copies)
	}
}

// A gate that has never been seen to fail proves nothing.
func TestGate_torn_log_notices_an_order_of_two_transactions(t *testing.T) {
	t.Parallel()
	violations, _ := tearing(t, brokenProduct(t), 2, tear{copies: 1, apart: 8, sample: 40}, "BREAK=torn")
	require.Contains(t, kindsOf(violations), "torn")
}
