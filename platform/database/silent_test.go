package database_test

import (
	"context"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/database"
	"zomato/platform/fault"
	"zomato/platform/testkit"
)

// behindALine opens a Postgres through a line that can be silenced: what is
// sent then arrives only once it is free again.
func behindALine(t *testing.T) (db *database.DB, silence, free func()) {
	t.Helper()
	address, err := url.Parse(testkit.Postgres(t))
	require.NoError(t, err)
	server := address.Host
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var gate sync.RWMutex
	var lines sync.WaitGroup
	forward := func(from, to net.Conn) {
		defer func() { _, _ = from.Close(), to.Close() }()
		buffer := make([]byte, 1<<12)
		for {
			n, err := from.Read(buffer)
			if err != nil {
				return
			}
			gate.RLock()
			_, err = to.Write(buffer[:n])
			gate.RUnlock()
			if err != nil {
				return
			}
		}
	}
	lines.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			behind, err := new(net.Dialer).DialContext(context.Background(), "tcp", server)
			if err != nil {
				_ = client.Close()
				continue
			}
			lines.Go(func() { forward(client, behind) })
			lines.Go(func() { forward(behind, client) })
		}
	})
	t.Cleanup(func() { // after the database is closed
		assert.NoError(t, listener.Close())
		lines.Wait()
	})
	address.Host = listener.Addr().String()
	silenced := false
	silence = func() {
		gate.Lock()
		silenced = true
	}
	free = func() {
		if silenced {
			gate.Unlock()
		}
		silenced = false
	}
	return withNotes(t, address.String()), silence, free
}

func TestReadFromAPostgresThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	for name, silent := range map[string]func(t *testing.T, db *database.DB, silence func()){
		"its beginning ends by the deadline": func(t *testing.T, db *database.DB, silence func()) {
			require.NoError(t, db.Get(t.Context(), new(int), "SELECT 1"), "there is a connection")
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			silence()
			err := db.Read(ctx, func(context.Context) error {
				t.Error("it started")
				return nil
			})
			assert.True(t, fault.Is(err, "database_unavailable"), err)
		},
		"a statement ends by a cancellation": func(t *testing.T, db *database.DB, silence func()) {
			outer, cancel := context.WithCancel(soon(t))
			require.ErrorIs(t, db.Read(outer, func(ctx context.Context) error {
				require.NoError(t, db.Get(ctx, new(int), "SELECT 1"))
				silence()
				go cancel()
				return db.Get(ctx, new(int), "SELECT 1")
			}), context.Canceled)
		},
		"its end takes nothing from what was read": func(t *testing.T, db *database.DB, silence func()) {
			var count int
			require.NoError(t, db.Read(t.Context(), func(ctx context.Context) error {
				err := db.Get(ctx, &count, "SELECT count(*) + 7 FROM notes")
				silence()
				return err
			}))
			assert.Equal(t, 7, count)
		},
		"nor does the end of one that failed": func(t *testing.T, db *database.DB, silence func()) {
			require.ErrorIs(t, db.Read(t.Context(), func(context.Context) error {
				silence()
				return errNo
			}), errNo)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, silence, free := behindALine(t)
			defer free() // also when it fails
			silent(t, db, silence)
			free()
			require.NoError(t, db.Read(soon(t), func(ctx context.Context) error { return db.Get(ctx, new(int), "SELECT 1") }),
				"the next one has a connection")
			assert.Zero(t, db.BusyReaders())
		})
	}
}
