package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
	"go.uber.org/zap"
)

// Limits of the Postgres pools. Two full pools of one instance and the
// connection of Aside take 31 of the 100 that a server allows by default, of which
// it keeps three: three instances fit.
const (
	postgresConnections = 15
	postgresAside       = 1
	postgresIdleTime    = 5 * time.Minute
	postgresLifetime    = time.Hour
	postgresConnectTime = 5 * time.Second
)

// postgresIdle is how long a transaction may stand still, in milliseconds. What
// is announced before a COMMIT (docs/adr/0023) holds with those who were told for
// five seconds. So a process that was stopped in between, for however long, must
// not be able to commit after that: by then the server has ended its transaction.
// Whoever sets it by the URL keeps it below five seconds.
const postgresIdle = "4000"

// badPostgresURL is all that is said of a URL that cannot be used: its parts
// cannot be told apart, so any of them may be the password.
const badPostgresURL = `DATABASE_URL is not a valid Postgres URL: write "postgres://user:password@host:5432/name", with @, :, /, ? and # in the password written as %40, %3A, %2F, %3F and %23`

// openPostgres opens a pool for Write, one for reads, whose transactions are
// read-only, and one for Aside, which connects when it is used.
func (db *DB) openPostgres(ctx context.Context, url string) error {
	config, err := postgresConfig(url)
	if err != nil {
		return err
	}
	size := min(readerConnections(), postgresConnections)
	db.writer = openPostgresPool(config, size)
	db.aside = openPostgresPool(config, postgresAside)
	reading := config.Copy()
	reading.RuntimeParams["default_transaction_read_only"] = "on"
	db.readers = openPostgresPool(reading, size)

	for _, pool := range []*sqlx.DB{db.writer, db.readers} {
		if err := pool.PingContext(ctx); err != nil {
			return fmt.Errorf("postgres at %s:%d does not let us in: start it, or correct DATABASE_URL: %w", config.Host, config.Port, err)
		}
	}
	db.warnOfLostCommits(ctx)
	return nil
}

// postgresConfig reads a URL and adds what it leaves open.
func postgresConfig(url string) (*pgx.ConnConfig, error) {
	_, rest, _ := strings.Cut(url, "://")
	authority := rest
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		authority = rest[:end]
	}
	if n := strings.Count(rest, "@"); n > 1 || n > strings.Count(authority, "@") {
		return nil, errors.New(badPostgresURL) // an unescaped password: its end would be taken for the host
	}
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, errors.New(badPostgresURL) // pgx quotes the URL as far as it understands it
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = postgresConnectTime
	}
	setDefault(config, "application_name", "zomato")
	// Statements of a Write are not cancelled: these limits end what hangs.
	setDefault(config, "lock_timeout", "5000")
	setDefault(config, "idle_in_transaction_session_timeout", postgresIdle)
	return config, nil
}

// setDefault sets a parameter that the URL does not.
func setDefault(config *pgx.ConnConfig, name, value string) {
	if _, ok := config.RuntimeParams[name]; !ok {
		config.RuntimeParams[name] = value
	}
}

// openPostgresPool makes a pool of at most so many connections; nothing is
// connected yet.
func openPostgresPool(config *pgx.ConnConfig, size int) *sqlx.DB {
	pool := sql.OpenDB(postgresConnector{stdlib.GetConnector(*config)})
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	pool.SetConnMaxIdleTime(postgresIdleTime)
	pool.SetConnMaxLifetime(postgresLifetime)
	return sqlx.NewDb(pool, "pgx")
}

// postgresConnector opens connections that the pool can judge.
type postgresConnector struct{ driver.Connector }

// Connect opens one connection.
func (c postgresConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if opened, ok := conn.(*stdlib.Conn); ok && err == nil { // it always is one
		return postgresConn{opened}, nil
	}
	return conn, err
}

// postgresConn is pgx's connection, which closes itself when a statement is
// interrupted and tells the pool only when the next one asks for it. Whoever
// waits for a full pool gets what is given back, at most three times: under
// load, one cancelled read would fail another that nobody cancelled.
type postgresConn struct{ *stdlib.Conn }

// IsValid tells the pool whether to keep the connection: when it is open and
// no transaction is (driver.Validator).
func (c postgresConn) IsValid() bool {
	conn := c.Conn.Conn()
	return !conn.IsClosed() && conn.PgConn().TxStatus() == 'I'
}

// warnOfLostCommits warns about a server that acknowledges before it has
// written. It is the operator's server, so this is no refusal.
func (db *DB) warnOfLostCommits(ctx context.Context) {
	for _, setting := range []string{"synchronous_commit", "fsync"} {
		var value string
		if err := db.readers.GetContext(ctx, &value, "SHOW "+setting); err == nil && value == "off" {
			db.log.Warn("Postgres may lose acknowledged changes in a crash", zap.String("setting", setting+"=off"))
		}
	}
}
