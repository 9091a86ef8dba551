//go:build unix && !linux

package throwaway

import "syscall"

// attributes cannot tie a server to our life here: only Linux has the
// parent-death signal. A killed test run leaves its servers behind.
func attributes(who account, _ syscall.Signal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{
		Credential: who.credential(),
		// Ctrl-C in the terminal is for the test run, which then stops the servers.
		Setpgid: true,
	}
}
