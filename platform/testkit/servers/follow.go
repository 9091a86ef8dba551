package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// grace is how long the command may go on after it was told to end.
const grace = 10 * time.Second

// follow runs the command to its end and gives its exit code, or 128 plus the
// number of the signal that ended it. The command gets a process group of its
// own, so that a signal reaches all it has started: `go test` dies of a SIGTERM
// without telling the test binaries.
func follow(command, environment []string, signals <-chan os.Signal) (int, error) {
	cmd := exec.CommandContext(context.Background(), command[0], command[1:]...) //nolint:gosec // G204: running what it is told to is its purpose
	cmd.Env = append(os.Environ(), environment...)
	// No input: outside the terminal's own process group, reading stops a command.
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return exitFailure, fmt.Errorf("running the command: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()

	var patience <-chan time.Time
	for {
		select {
		case err := <-ended:
			return exitCode(cmd.ProcessState, err)
		case received := <-signals:
			passOn(cmd.Process.Pid, received)
			if patience == nil {
				patience = time.After(grace)
			}
		case <-patience:
			passOn(cmd.Process.Pid, syscall.SIGKILL)
		}
	}
}

// passOn signals the command's process group. It can only fail when the group
// has ended, which ended will tell.
func passOn(group int, received os.Signal) {
	if number, ok := received.(syscall.Signal); ok {
		_ = syscall.Kill(-group, number)
	}
}

// exitCode translates how the command ended.
func exitCode(state *os.ProcessState, err error) (int, error) {
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return exitFailure, fmt.Errorf("waiting for the command: %w", err)
	}
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return signalled(status.Signal()), nil
	}
	return state.ExitCode(), nil
}

// signalled is the exit code of what a signal has ended.
func signalled(by os.Signal) int {
	if number, ok := by.(syscall.Signal); ok {
		return exitSignal + int(number)
	}
	return exitFailure
}
