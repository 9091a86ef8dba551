package throwaway

import "syscall"

// attributes makes a server die with us, by a signal that lets it clean up:
// a killed Postgres would leave shared memory behind.
func attributes(who account, death syscall.Signal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{
		Credential: who.credential(),
		// Ctrl-C in the terminal is for the test run, which then stops the servers.
		Setpgid:   true,
		Pdeathsig: death,
	}
}
