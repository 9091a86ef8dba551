package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// replacement breaks a line of the product while it is built. The line has to
// be there once: a gate whose break no longer applies says so.
type replacement struct{ file, line, broken string }

// replacements are all breaks; the variable BREAK chooses one at run time.
func replacements() []replacement {
	return append(redisReplacements(), []replacement{
		{"../platform/database/sqlite.go", `openSQLitePool(ctx, path, writerOptions, 1, prepareWriter)`, `openSQLitePool(ctx, path, brokenOptions(), 1, prepareWriter)`},
		{"../platform/database/sqlite.go", `{"synchronous", "2",`, `{"synchronous", brokenLevel(),`},
		{"../platform/database/batch.go", "\terr := b.commit(ctx)\n", "\tb.answerEarly()\n\terr := overlookFailure(b.commit(ctx))\n"},
		{"../platform/database/query.go", "\treturn db.settle(ctx, rows.Err())\n", "\t_ = rows.Close()\n\tdb.commitHalf(ctx, query)\n\treturn db.settle(ctx, rows.Err())\n"},
		{"../platform/database/query.go", "func (db *DB) settle(ctx context.Context, err error) error {\n", "func (db *DB) settle(ctx context.Context, err error) error {\n\terr = readFault(err)\n"},
		{"../platform/eventbus/publisher.go", "err = p.outbox.add(ctx, stored)", "err = database.BrokenAdd(ctx, stored, p.outbox.add)"},
		{"main.go", "\t\ttold = <-signals\n", "\t\ttold = <-signals\n\t\tif os.Getenv(\"BREAK\") == \"stop\" {\n\t\t\tos.Exit(0)\n\t\t}\n"},
	}...)
}

// brokenSource is what the replaced lines call.
const brokenSource = `package database

import (
	"context"
	"io"
	"os"
	"strings"
	"time"
)

func broken(name string) bool { return os.Getenv("BREAK") == name }

// sync: a commit is in the system's cache when it is acknowledged.
func brokenOptions() string {
	if broken("sync") {
		return strings.Replace(writerOptions, "_synchronous=FULL", "_synchronous=NORMAL", 1)
	}
	return writerOptions
}

func brokenLevel() string {
	if broken("sync") {
		return "1"
	}
	return "2"
}

// early: all but the one who commits are answered before the commit.
func (b *batch) answerEarly() {
	if broken("early") && len(b.kept) > 1 {
		for _, k := range b.kept[:len(b.kept)-1] {
			k.member.wake <- word{}
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// full: a commit that failed is acknowledged. stop: the answer comes late, and
// a stop does not wait for it.
func overlookFailure(err error) error {
	if broken("stop") {
		time.Sleep(20 * time.Millisecond)
	}
	if broken("full") {
		return nil
	}
	return err
}

// reads: nothing can be read while there is a file that FAULTS names.
func readFault(err error) error {
	if _, missing := os.Stat(os.Getenv("FAULTS")); err == nil && broken("reads") && missing == nil {
		return io.ErrUnexpectedEOF // as when the connection breaks
	}
	return err
}

// outbox: an event is not stored with its cause.
func BrokenAdd[R any](ctx context.Context, stored R, add func(context.Context, R) error) error {
	if broken("outbox") {
		return nil
	}
	return add(ctx, stored)
}

// torn: an order and its lines are two transactions. With one client only,
// because those who share a commit have savepoints.
func (db *DB) commitHalf(ctx context.Context, query string) {
	if broken("torn") && strings.Contains(query, "INSERT INTO orders_items") {
		for _, statement := range []string{"COMMIT", "BEGIN IMMEDIATE"} {
			_, _ = db.Conn(ctx).ExecContext(ctx, statement)
		}
	}
}
`

// addedSources are files that a broken product has besides. Their names differ.
func addedSources() map[string]string {
	added := redisBrokenSources()
	added["../platform/database/broken.go"] = brokenSource
	return added
}

// breaks writes the sources of the broken product, and the file that tells
// `go build` to take them instead.
func breaks(folder string) (overlay string, err error) {
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return "", fmt.Errorf("make the folder of the gates: %w", err)
	}
	texts := map[string]string{}
	for file, text := range addedSources() {
		path, err := filepath.Abs(file)
		if err != nil {
			return "", fmt.Errorf("find %s: %w", file, err)
		}
		texts[path] = text
	}
	for _, r := range slices.Concat(replacements(), replacementsOfCache()) {
		path, err := filepath.Abs(r.file)
		if err != nil {
			return "", fmt.Errorf("find %s: %w", r.file, err)
		}
		if texts[path] == "" {
			source, err := os.ReadFile(path)
			if err != nil {
				return "", fmt.Errorf("read what is to be broken: %w", err)
			}
			texts[path] = string(source)
		}
		if strings.Count(texts[path], r.line) != 1 {
			return "", fmt.Errorf("%s has not once %q: say in replacements() what the gate breaks now", r.file, r.line)
		}
		texts[path] = strings.Replace(texts[path], r.line, r.broken, 1)
	}
	var replace struct{ Replace map[string]string }
	replace.Replace = map[string]string{}
	for path, text := range texts {
		copied := filepath.Join(folder, filepath.Base(filepath.Dir(path))+"-"+filepath.Base(path)+".broken")
		if err := os.WriteFile(copied, []byte(text), 0o600); err != nil {
			return "", fmt.Errorf("write a broken source: %w", err)
		}
		replace.Replace[path] = copied
	}
	list, err := json.Marshal(replace)
	if err != nil {
		return "", fmt.Errorf("list the broken sources: %w", err)
	}
	overlay = filepath.Join(folder, "overlay.json")
	if err := os.WriteFile(overlay, list, 0o600); err != nil {
		return "", fmt.Errorf("list the broken sources: %w", err)
	}
	return overlay, nil
}
