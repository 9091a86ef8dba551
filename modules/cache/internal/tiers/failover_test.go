package tiers_test

import (
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/modules/cache/internal/core"
	"zomato/modules/cache/internal/redistier"
	"zomato/modules/cache/internal/tiers"
	"zomato/platform/testkit"
)

// switchboard passes connections on to the Redis that it is set to, as what stands
// in front of a primary and its replica does.
type switchboard struct {
	listener net.Listener

	mu     sync.Mutex
	target string
	open   []net.Conn
}

func newSwitchboard(t *testing.T, target string) *switchboard {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &switchboard{listener: listener, target: strings.TrimPrefix(target, "redis://")}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			s.connect(in, &running)
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		s.to("")
		running.Wait()
	})
	return s
}

func (s *switchboard) connect(in net.Conn, running *sync.WaitGroup) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out, err := new(net.Dialer).DialContext(context.Background(), "tcp", s.target)
	if err != nil {
		_ = in.Close()
		return
	}
	s.open = append(s.open, in, out)
	for _, pair := range [][2]net.Conn{{in, out}, {out, in}} {
		running.Go(func() {
			_, _ = io.Copy(pair[0], pair[1])
			_ = pair[0].Close()
		})
	}
}

// to sets it to another Redis, and ends the connections to the one before.
func (s *switchboard) to(target string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.target = strings.TrimPrefix(target, "redis://")
	for _, c := range s.open {
		_ = c.Close()
	}
	s.open = nil
}

// A primary that was never started anew is the same run when it is one again, and
// has all that it had kept.
func TestAfter_a_failover_and_its_undoing_nothing_old_is_shown(t *testing.T) {
	t.Parallel()
	first, second := testkit.OwnRedis(t), testkit.OwnRedis(t)
	w := newWorld(t, first.URL, testkit.Postgres(t))
	board := newSwitchboard(t, first.URL)
	connect := func(_ context.Context, run string) (*redistier.Redis, error) {
		return redistier.Open(redistier.Options{
			URL: "redis://" + board.listener.Addr().String(), Prefix: w.prefix, Database: w.database, Run: run, Program: "p", Policies: "q",
		})
	}
	both := []*tiers.Tier{w.start(t, connect), w.start(t, connect)}
	for _, tier := range both {
		strict(t, tier)
	}
	require.True(t, keep(t, both[0], "strict", "thing:1", true))
	require.True(t, keep(t, both[0], "other", "thing:1", false))

	board.to(second.URL)
	for _, tier := range both {
		strict(t, tier)
	}
	require.NoError(t, both[0].Announce(t.Context(), 1, []string{"thing:1"}))
	require.NoError(t, both[0].Bump(t.Context(), 1, []string{"thing:1"}))
	board.to(first.URL)
	for _, tier := range both {
		eventually(t, "strict answers are kept again", func() bool {
			for _, key := range []string{"strict", "other"} {
				_, current, _ := tier.Get(t.Context(), key, nil)
				require.False(t, current, "%s is from before the change", key)
			}
			taken, err := tier.Tokens(t.Context(), []string{"any"})
			return err == nil && taken.Strict && tier.Shared().Status == core.Up
		})
	}
}
