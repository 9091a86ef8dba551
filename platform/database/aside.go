package database

import "context"

// Aside is a Write on a connection of its own, for what those wait for who hold
// the connections of the other Writes: were it a Write, it could wait for them
// in turn. There is one such connection on Postgres, which is made when it is
// needed, so one Aside waits for the other. What holds for Write holds for it,
// but that it joins nothing: inside a Write it is refused with ErrOuterContext,
// inside a Read with ErrReading. A Write inside its fn joins it.
//
// It can still wait for the rows that other Writes have locked. On SQLite, where
// nobody holds a connection and waits, it is Write.
func (db *DB) Aside(ctx context.Context, fn func(ctx context.Context) error) error {
	if err := db.alone(ctx); err != nil {
		return err
	}
	return db.write(ctx, db.aside, fn)
}
