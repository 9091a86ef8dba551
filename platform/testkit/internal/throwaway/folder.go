package throwaway

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

const (
	// newPrefix names a folder that is being made, runPrefix one that is in use
	// and locked for as long as the process that made it lives.
	newPrefix = "zomato-test-new-"
	runPrefix = "zomato-test-run-"
	lockName  = "lock"
)

// folder is the temporary home of one server.
type folder struct {
	path string
	data string // inside path, owned by the account that runs the server
	lock *os.File
}

// newFolder makes a folder and removes those whose makers were killed.
func newFolder(who account) (*folder, error) {
	base, err := baseFolder(who)
	if err != nil {
		return nil, err
	}
	sweep(base)
	fresh, err := os.MkdirTemp(base, newPrefix)
	if err != nil {
		return nil, err
	}
	f, err := furnish(fresh, who)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(fresh))
	}
	return f, nil
}

// baseFolder is the first temporary folder that the account can reach: TMPDIR
// may be closed to everybody but root.
func baseFolder(who account) (string, error) {
	for _, candidate := range []string{os.TempDir(), "/tmp", "/var/tmp"} {
		base, err := filepath.EvalSymlinks(candidate)
		if err == nil && filepath.IsAbs(base) && who.reaches(base) {
			return base, nil
		}
	}
	return "", fmt.Errorf("none of %s, /tmp and /var/tmp can be entered by the user that runs the server", os.TempDir())
}

// furnish locks the folder, makes the data folder in it and gives it its final
// name. The name comes last, so that sweep never meets an unlocked folder.
func furnish(fresh string, who account) (*folder, error) {
	lock, err := os.Create(filepath.Join(fresh, lockName))
	if err != nil {
		return nil, err
	}
	f := &folder{path: filepath.Join(filepath.Dir(fresh), runPrefix+filepath.Base(fresh)[len(newPrefix):]), lock: lock}
	f.data = filepath.Join(f.path, "data")
	data := filepath.Join(fresh, "data")
	steps := []func() error{
		func() error { return syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) },
		func() error { return os.Mkdir(data, 0o700) },
		func() error { return who.own(data) },
		// The account must be able to pass through to its data.
		func() error { return os.Chmod(fresh, 0o711) }, //nolint:gosec // G302: names are hidden, data is 0700
		func() error { return os.Rename(fresh, f.path) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, errors.Join(err, lock.Close())
		}
	}
	return f, nil
}

// remove deletes the folder and gives the lock back. A second call does nothing.
func (f *folder) remove() error {
	err := os.RemoveAll(f.path)
	if closing := f.lock.Close(); !errors.Is(closing, os.ErrClosed) {
		err = errors.Join(err, closing)
	}
	return err
}

// sweep removes folders that nobody holds any more. It is a courtesy: what it
// cannot remove stays.
func sweep(base string) {
	left, err := filepath.Glob(filepath.Join(base, runPrefix+"*"))
	if err != nil {
		return
	}
	for _, path := range left {
		if abandoned(path) {
			_ = os.RemoveAll(path)
		}
	}
}

// abandoned tells whether a folder is ours and its maker is dead: the kernel
// drops a lock with the process that held it.
func abandoned(path string) bool {
	info, err := os.Lstat(path)
	if err != nil || !info.IsDir() {
		return false
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); !ok || int(owner.Uid) != os.Geteuid() {
		return false
	}
	lock, err := os.Open(filepath.Join(path, lockName))
	if err != nil {
		return false
	}
	defer func() { _ = lock.Close() }()
	return syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
