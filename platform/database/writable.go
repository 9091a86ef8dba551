package database

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/mattn/go-sqlite3"
)

// checkWritable says in a sentence what keeps a SQLite file from being written.
// SQLite itself would open it for reading, and the first change would fail with
// nothing but "attempt to write a readonly database". The files beside it belong
// to it: a backup that was restored by another account often has one of them.
func checkWritable(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("the SQLite database cannot be opened: %s is a folder: let DATABASE_URL name a file in it", path)
	}
	for _, name := range []string{path, path + "-wal", path + "-shm", path + ".lock"} {
		if err := writable(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return cannotWrite(name, err)
		}
	}
	folder := filepath.Dir(path)
	if err := writable(folder); err != nil {
		return cannotWrite("the folder "+folder, err)
	}
	return nil
}

// cannotOpen adds the cure where there is one: SQLite needs some room to open a
// file.
func cannotOpen(path string, cause error) error {
	if lite, ok := errors.AsType[sqlite3.Error](cause); ok && (lite.Code == sqlite3.ErrFull || lite.SystemErrno == syscall.ENOSPC) {
		return fmt.Errorf("the SQLite database %s cannot be opened: its disk is full: make room on it (%w)", path, cause)
	}
	return fmt.Errorf("open the SQLite database %s: %w", path, cause)
}

// cannotWrite names the cause and the cure.
func cannotWrite(what string, cause error) error {
	return fmt.Errorf("the SQLite database cannot be written: %s: %w: "+
		"let the account that runs zomato write the file, its folder and the files beside it, or change DATABASE_URL", what, cause)
}

// cannotCreate does it for a file that is not there.
func cannotCreate(path string, cause error) error {
	if errors.Is(cause, fs.ErrNotExist) {
		return fmt.Errorf("the SQLite database cannot be created (%w): create its folder, or change DATABASE_URL", cause)
	}
	return cannotWrite("no file can be made in the folder "+filepath.Dir(path), errors.Unwrap(cause))
}
