package database_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"zomato/platform/database"
	"zomato/platform/testkit"
)

// BenchmarkWrite measures writing as an order does, six rows in one operation,
// by so many clients at once. An ns/op is the time between two answers, not how
// long a client waits.
func BenchmarkWrite(b *testing.B) {
	for _, batch := range []int{1, 256} {
		for _, clients := range []int{1, 8, 64, 256} {
			b.Run(fmt.Sprintf("batch=%d/clients=%d", batch, clients), func(b *testing.B) {
				benchmarkWrite(b, database.Config{WriteBatch: batch}, clients)
			})
		}
	}
}

func benchmarkWrite(b *testing.B, cfg database.Config, clients int) {
	b.Helper()
	cfg.URL = testkit.SQLite(b)
	db, err := database.Open(b.Context(), cfg, zap.NewNop())
	require.NoError(b, err)
	defer func() { require.NoError(b, db.Close()) }()
	require.NoError(b, db.Write(b.Context(), func(ctx context.Context) error {
		_, err := db.Exec(ctx, `CREATE TABLE orders (id INTEGER PRIMARY KEY AUTOINCREMENT, customer_id BIGINT NOT NULL, address TEXT NOT NULL, total BIGINT NOT NULL);
			CREATE TABLE lines (order_id BIGINT NOT NULL REFERENCES orders (id), position BIGINT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (order_id, position)) WITHOUT ROWID`)
		return err
	}))
	operation := func(ctx context.Context) error {
		var id int64
		if err := db.Get(ctx, &id, "INSERT INTO orders (customer_id, address, total) VALUES (?, ?, ?) RETURNING id", 7, "123 Main Street, Bengaluru", 49900); err != nil {
			return err
		}
		for position := range 5 {
			if _, err := db.Exec(ctx, "INSERT INTO lines (order_id, position, name) VALUES (?, ?, ?)", id, position, "Paneer Tikka"); err != nil {
				return err
			}
		}
		return nil
	}
	ctx, cancel := context.WithCancel(b.Context()) // as a request's can be
	defer cancel()
	var left atomic.Int64
	left.Store(int64(b.N))
	var group sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	for range clients {
		group.Go(func() {
			for left.Add(-1) >= 0 {
				if err := db.Write(ctx, operation); err != nil {
					b.Error(err)
				}
			}
		})
	}
	group.Wait()
}
