// Package sqlstore keeps which instances serve a database.
//
// team: cache
package sqlstore

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"zomato/modules/cache/internal/tiers"
	"zomato/platform/database"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the module's.
func Migrations() database.Migrations {
	files, _ := fs.Sub(migrations, "migrations") // fails only for a name that is no path
	return database.Migrations{Module: "cache", FS: files}
}

// Store implements tiers.Instances. Create it with New. Safe for concurrent use.
type Store struct {
	db *database.DB
	// now is the time by the clock of the database, in milliseconds: those of the
	// instances need not agree.
	now string
}

// New gives the store on that database.
func New(db *database.DB) *Store {
	if db.Dialect() == database.Postgres {
		return &Store{db: db, now: "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"}
	}
	return &Store{db: db, now: "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"}
}

var _ tiers.Instances = (*Store)(nil)

// forgotten is after how many milliseconds a row that nobody has taken away goes by
// itself: nothing is kept for so long.
const forgotten = 24 * 3_600_000

// Register implements tiers.Instances.
func (s *Store) Register(ctx context.Context, id, place string, keep time.Duration) error {
	err := s.change(ctx, "register the instance", `INSERT INTO cache_instances (id, place, valid_until) VALUES (?, ?, `+s.now+` + ?)
		ON CONFLICT (id) DO UPDATE SET place = excluded.place, valid_until = excluded.valid_until`, id, place, keep.Milliseconds())
	if err != nil {
		return err
	}
	return s.change(ctx, "forget old instances", `DELETE FROM cache_instances WHERE valid_until < `+s.now+` - ?`, forgotten)
}

// Remove implements tiers.Instances.
func (s *Store) Remove(ctx context.Context, id string, lapsedOnly bool) error {
	if lapsedOnly {
		return s.change(ctx, "remove an instance", `DELETE FROM cache_instances WHERE id = ? AND valid_until < `+s.now+` - 1000`, id)
	}
	return s.change(ctx, "remove the instance", `DELETE FROM cache_instances WHERE id = ?`, id)
}

// change uses a connection that no other Write holds: some of them wait for it.
func (s *Store) change(ctx context.Context, what, statement string, args ...any) error {
	err := s.db.Aside(ctx, func(ctx context.Context) error {
		_, err := s.db.Exec(ctx, statement, args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Look implements tiers.Instances.
func (s *Store) Look(ctx context.Context, id, place string) (others tiers.Others, err error) {
	var rows []struct {
		ID     string `db:"id"`
		Place  string `db:"place"`
		Valid  bool   `db:"valid"`
		Lapsed bool   `db:"lapsed"`
	}
	err = s.db.Select(ctx, &rows, `SELECT id, place, valid_until >= `+s.now+` AS valid, valid_until < `+s.now+` - 1000 AS lapsed FROM cache_instances`)
	if err != nil {
		return others, fmt.Errorf("look at the instances: %w", err)
	}
	for _, r := range rows {
		if r.ID == id {
			others.Me = r.Valid && r.Place != "" && r.Place == place
			continue
		}
		if r.Lapsed {
			others.Lapsed = append(others.Lapsed, r.ID)
		}
		others.Any = true
		others.Together = others.Together || r.Place != ""
		others.Apart = others.Apart || r.Place == "" || r.Place != place
	}
	return others, nil
}
