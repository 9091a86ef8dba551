package database

import (
	"database/sql"

	"github.com/jmoiron/sqlx"
	"go.uber.org/zap"
)

// Unopened gives a DB for those who build what needs one and ask it nothing,
// such as who only wants to see what the application is made of. It refuses a
// URL as Open does, creates no file and connects to nothing; every statement
// fails with ErrUnopened.
func Unopened(cfg Config, log *zap.Logger) (*DB, error) {
	dialect, err := dialectOf(cfg.URL)
	if err != nil {
		return nil, err
	}
	driver := "sqlite3"
	if dialect == Postgres {
		driver = "pgx"
		_, err = postgresConfig(cfg.URL)
	} else {
		_, err = sqlitePath(sqliteName(cfg.URL))
	}
	if err != nil {
		return nil, err
	}
	db := newDB(cfg, dialect, log)
	pool := sqlx.NewDb(sql.OpenDB(failing{ErrUnopened}), driver)
	db.writer, db.readers, db.aside = pool, pool, pool
	return db, nil
}
