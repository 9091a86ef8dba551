package throwaway

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	// stopGrace is how long a server may take to end before it is killed.
	stopGrace = 10 * time.Second
	// outputKept is how much of what a server printed goes into an error.
	outputKept = 8 << 10
)

// process is one child process together with what it printed last.
type process struct {
	cmd    *exec.Cmd
	output *output
	// done is closed when the process has ended; err may be read after that.
	done chan struct{}
	err  error
}

// start runs the command. The line that contains ready makes waitReady return;
// an empty one is never waited for.
func start(cmd *exec.Cmd, ready string) (*process, error) {
	out := &output{ready: ready, seen: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = out, out
	// Children of a killed server may hold its output open: do not wait for them.
	cmd.WaitDelay = stopGrace
	p := &process{cmd: cmd, output: out, done: make(chan struct{})}
	started := make(chan error, 1)
	go p.run(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("running %s: %w", cmd.Path, err)
	}
	return p, nil
}

// run lives as long as the process, on a thread of its own: the kernel sends
// the parent-death signal when the thread that started the child ends, so this
// thread must neither end earlier nor be lent to other goroutines.
func (p *process) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	p.err = p.cmd.Wait()
	close(p.done)
}

// waitReady returns once the ready line was printed, or with an error when the
// process ends or the context is done before.
func (p *process) waitReady(ctx context.Context) error {
	select {
	case <-p.output.seen:
		return nil
	case <-p.done:
		return fmt.Errorf("it ended at once (%w): %s", p.ended(), p.output)
	case <-ctx.Done():
		return fmt.Errorf("it was not ready in time (%w): %s", ctx.Err(), p.output)
	}
}

// wait returns when the process has ended.
func (p *process) wait() error {
	<-p.done
	if p.err != nil {
		return fmt.Errorf("%w: %s", p.err, p.output)
	}
	return nil
}

// ended is why the process ended, never nil. To be called after done.
func (p *process) ended() error {
	if p.err != nil {
		return p.err
	}
	return errors.New("exit status 0")
}

// signal sends a signal. A failure means that the process has ended, and done is or
// will be closed.
func (p *process) signal(signal syscall.Signal) { _ = p.cmd.Process.Signal(signal) }

// stop asks the process to end, waits for it, and kills it when it does not
// listen. It does nothing when the process has ended.
func (p *process) stop(signal syscall.Signal) {
	p.signal(signal)
	patience := time.NewTimer(stopGrace)
	defer patience.Stop()
	select {
	case <-p.done:
	case <-patience.C:
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// output keeps the end of what a process prints and notices its ready line.
type output struct {
	ready string
	seen  chan struct{} // closed when the ready line was printed

	mu    sync.Mutex
	found bool
	kept  []byte
}

// Write never fails: a server must not stop because nobody keeps its output.
func (o *output) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.kept = append(o.kept, text...)
	if !o.found && o.ready != "" && strings.Contains(string(o.kept), o.ready) {
		o.found = true
		close(o.seen)
	}
	if extra := len(o.kept) - outputKept; extra > 0 {
		o.kept = append(o.kept[:0], o.kept[extra:]...)
	}
	return len(text), nil
}

// String gives what was printed last.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.TrimSpace(string(o.kept))
}
