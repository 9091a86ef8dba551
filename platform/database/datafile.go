package database

import (
	"fmt"
	"os"
	"sync"
)

// dataFile is SQLite's file once more, beside SQLite's own, to have its pages
// brought to the disk by an fsync of ours. Whoever closes any file of that name
// drops the locks of all connections that this process has to it
// (https://sqlite.org/howtocorrupt.html §2.2), so all databases of one file share
// it, and the last one closes it when its connections are closed.
type dataFile struct {
	*os.File
	users int
}

// dataFiles are the open ones, by their path.
//
//nolint:gochecknoglobals // the locks are the process's
var dataFiles = struct {
	sync.Mutex
	open map[string]*dataFile
}{open: map[string]*dataFile{}}

// openDataFile opens the file at a path, or shares it. It comes before the first
// connection, which another one's release would otherwise rob of its locks.
func openDataFile(path string) (*dataFile, error) {
	dataFiles.Lock()
	defer dataFiles.Unlock()
	if f := dataFiles.open[path]; f != nil {
		f.users++
		return f, nil
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("open the SQLite database %s: %w", path, err)
	}
	f := &dataFile{File: file, users: 1}
	dataFiles.open[path] = f
	return f, nil
}

// release gives the file back. It comes after the last connection.
func (f *dataFile) release() error {
	dataFiles.Lock()
	defer dataFiles.Unlock()
	if f.users--; f.users > 0 {
		return nil
	}
	delete(dataFiles.open, f.Name())
	if err := f.Close(); err != nil {
		return fmt.Errorf("close the SQLite database: %w", err)
	}
	return nil
}
