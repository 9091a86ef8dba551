package database

import (
	"errors"
	"os"
	"syscall"
)

// writeOut writes out a part of the file and waits until the disk has taken it, which
// may be into its cache only. Its failure is one of the disk: the fsync that comes
// after it would not tell of it any more.
func (f *dataFile) writeOut(at, length int64) error {
	// SYNC_FILE_RANGE_WAIT_BEFORE, _WRITE and _WAIT_AFTER (man 2 sync_file_range).
	const all = 1 | 2 | 4
	err := syscall.SyncFileRange(int(f.Fd()), at, length, all)
	if errors.Is(err, errors.ErrUnsupported) {
		return nil // the fsync does all
	}
	return os.NewSyscallError("sync_file_range", err)
}
