//go:build linux || darwin

package database

import "syscall"

// writable asks the operating system whether this process may write a file or
// into a folder. Nothing is opened: closing a file drops the locks that SQLite
// holds on it (https://sqlite.org/howtocorrupt.html §2.2).
func writable(path string) error {
	const write = 2 // W_OK, which package syscall does not name
	return syscall.Access(path, write)
}
