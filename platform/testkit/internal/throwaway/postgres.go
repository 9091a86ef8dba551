package throwaway

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// Postgres starts a cluster: UTF-8, bytewise order, UTC, one superuser
// "postgres" without a password. The URL names its maintenance database.
//
// It returns once the server accepts connections. The context bounds the start
// only. The error wraps ErrNotInstalled when there is no Postgres.
func Postgres(ctx context.Context) (*Server, error) {
	return serve(ctx, recipe{
		name:      "postgres",
		find:      findPostgres,
		prepare:   initdb,
		arguments: postgresArguments,
		ready:     "database system is ready to accept connections",
		signal:    syscall.SIGQUIT, // "immediate shutdown"
		url: func(port int) string {
			return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", port)
		},
	})
}

// findPostgres looks for postgres beside its initdb: in PATH, then where
// Debian keeps them, the newest version first.
func findPostgres() (string, error) {
	folders := filepath.SplitList(os.Getenv("PATH"))
	versions, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", fmt.Errorf("listing the installed versions of postgres: %w", err)
	}
	slices.SortFunc(versions, func(a, b string) int { return cmp.Compare(version(b), version(a)) })
	for _, folder := range append(folders, versions...) {
		if executable(folder, "postgres") && executable(folder, "initdb") {
			return filepath.Join(folder, "postgres"), nil
		}
	}
	return "", fmt.Errorf("postgres is %w (Debian and Ubuntu: apt-get install postgresql)", ErrNotInstalled)
}

// version reads 15 out of /usr/lib/postgresql/15/bin; 0 if there is none.
func version(bin string) float64 {
	number, err := strconv.ParseFloat(filepath.Base(filepath.Dir(bin)), 64)
	if err != nil {
		return 0
	}
	return number
}

func initdb(ctx context.Context, program string, where place) error {
	cmd := where.command(ctx, filepath.Join(filepath.Dir(program), "initdb"),
		"--pgdata="+where.data, "--username=postgres", "--auth=trust", "--encoding=UTF8",
		// Bytewise order as in SQLite, but lower() knows more than ASCII.
		"--lc-collate=C", "--lc-ctype=C.UTF-8",
		"--no-sync")
	p, err := start(cmd, "")
	if err != nil {
		return err
	}
	if err := p.wait(); err != nil {
		return fmt.Errorf("initdb: %w", err)
	}
	return nil
}

func postgresArguments(where place, port int) []string {
	arguments := []string{"-D", where.data}
	for _, setting := range []string{
		"listen_addresses=127.0.0.1",
		"port=" + strconv.Itoa(port),
		// TCP only: a socket would need a folder that everybody can enter.
		"unix_socket_directories=",
		// Nothing here has to survive a crash.
		"fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0",
		// Packages run in parallel, each with pools of its own.
		"max_connections=400", "shared_buffers=64MB",
		// A plan must not depend on whether statistics were just taken.
		"autovacuum=off",
		"timezone=UTC", "log_timezone=UTC",
	} {
		arguments = append(arguments, "-c", setting)
	}
	return arguments
}
