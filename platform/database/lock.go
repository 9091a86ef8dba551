package database

import (
	"fmt"

	"github.com/gofrs/flock"
)

// LockForServe makes sure that one process serves a SQLite file: a second one
// is refused with ErrLocked. The lock is the operating system's, on the file
// PATH.lock, so it ends with the process, also when that is killed; the file
// stays. On Postgres there is nothing to lock and any number may serve.
func (db *DB) LockForServe() (release func() error, err error) {
	if db.dialect == Postgres {
		return func() error { return nil }, nil
	}
	if db.path == "" {
		return nil, ErrUnopened
	}
	lock := flock.New(db.path+".lock", flock.SetPermissions(0o600))
	held, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the database by %s: %w", lock.Path(), err)
	}
	if !held {
		return nil, fmt.Errorf("%w: it holds %s: stop it, or give this one another DATABASE_URL", ErrLocked, lock.Path())
	}
	return lock.Close, nil
}
