package throwaway

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// ErrNotInstalled says that a server's program was not found. The error that
// wraps it names the program and the package to install.
var ErrNotInstalled = errors.New("not installed")

// The environment variables that tell tests where the servers of this run are.
// They hold what Server.URL holds. Whoever has a server of his own may set one.
const (
	PostgresVariable = "ZOMATO_TEST_POSTGRES"
	RedisVariable    = "ZOMATO_TEST_REDIS"
)

const (
	// startLimit is for a machine that is busy compiling: a start takes one or
	// two seconds otherwise.
	startLimit = 2 * time.Minute
	// portAttempts bounds the tries when somebody else takes the free port
	// between our looking and the server's listening.
	portAttempts = 5
)

// Server is one running server. Its methods may be called from any goroutine.
type Server struct {
	// URL is where it answers: postgres://… or redis://….
	URL string

	process *process
	folder  *folder
	signal  syscall.Signal
	// again starts it once more, at the same address on the same data.
	again func(ctx context.Context) (*process, error)
}

// Halt ends the server as its operator would: it keeps its data until Resume.
// Not while another goroutine uses the Server.
func (s *Server) Halt() { s.process.stop(syscall.SIGINT) }

// Kill ends the server as a crash would. Not while another goroutine uses the
// Server.
func (s *Server) Kill() { s.process.stop(syscall.SIGKILL) }

// Freeze has the server do nothing, with its connections open, until Thaw.
func (s *Server) Freeze() { s.process.signal(syscall.SIGSTOP) }

// Thaw has it go on.
func (s *Server) Thaw() { s.process.signal(syscall.SIGCONT) }

// Data is the folder of what the server keeps.
func (s *Server) Data() string { return s.folder.data }

// Resume starts a server again that was halted or killed, and returns once it listens.
func (s *Server) Resume(ctx context.Context) error {
	p, err := s.again(ctx)
	if err != nil {
		return err
	}
	s.process = p
	return p.waitReady(ctx)
}

// Stop ends the server, waits until it has ended and removes its folder. A
// second call does nothing. The error is about the folder: the process is gone
// in any case.
func (s *Server) Stop() error {
	s.process.stop(s.signal)
	return s.folder.remove()
}

// recipe is what differs between the servers.
type recipe struct {
	name string
	// find gives the path of the server's program, or ErrNotInstalled.
	find func() (string, error)
	// prepare runs once before the first start; it may be nil.
	prepare func(ctx context.Context, program string, place place) error
	// arguments are those of the server's program.
	arguments func(place place, port int) []string
	// ready is in the line the server prints once it listens.
	ready string
	// signal makes the server end at once, without keeping its data.
	signal syscall.Signal
	// url is where the server answers.
	url func(port int) string
}

// place is where a server keeps its data, who it runs as and the signal that
// ends it.
type place struct {
	data   string
	who    account
	signal syscall.Signal
}

// command builds a call of one of the server's programs. The context must be
// the one whose end may kill the program.
func (p place) command(ctx context.Context, program string, arguments ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, arguments...) //nolint:gosec // G204: found in PATH, arguments are ours
	cmd.Dir = p.data
	// Not ours: PGPORT, PGDATA or a translated "ready" line would mislead.
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.data, "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = attributes(p.who, p.signal)
	return cmd
}

// serve starts a server and returns once it listens.
func serve(ctx context.Context, r recipe) (*Server, error) {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	program, err := r.find()
	if err != nil {
		return nil, err
	}
	who, err := serverAccount()
	if err != nil {
		return nil, fmt.Errorf("choosing the user that runs %s: %w", r.name, err)
	}
	room, err := newFolder(who)
	if err != nil {
		return nil, fmt.Errorf("making a folder for %s: %w", r.name, err)
	}
	server, err := serveIn(ctx, r, program, place{data: room.data, who: who, signal: r.signal})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("starting %s: %w", r.name, err), room.remove())
	}
	server.folder = room
	return server, nil
}

// serveIn prepares the place and tries free ports until the server listens.
func serveIn(ctx context.Context, r recipe, program string, where place) (*Server, error) {
	if r.prepare != nil {
		if err := r.prepare(ctx, program, where); err != nil {
			return nil, err
		}
	}
	var failed error
	for range portAttempts {
		port, err := freePort(ctx)
		if err != nil {
			return nil, fmt.Errorf("looking for a free port: %w", err)
		}
		again := func(ctx context.Context) (*process, error) {
			// The server outlives the context of its start.
			return start(where.command(context.WithoutCancel(ctx), program, r.arguments(where, port)...), r.ready)
		}
		p, err := again(ctx)
		if err != nil {
			return nil, err
		}
		if failed = p.waitReady(ctx); failed == nil {
			return &Server{URL: r.url(port), process: p, signal: r.signal, again: again}, nil
		}
		p.stop(r.signal)
		if ctx.Err() != nil {
			break
		}
	}
	return nil, failed
}

// Servers listen below the ports that systems lend to outgoing connections: else
// a test's connection might sit on the port of a server that is to come back.
const (
	lowestPort  = 10_000
	highestPort = 32_767
)

// freePort finds a loopback port on which nobody listens at the moment.
func freePort(ctx context.Context) (port int, err error) {
	for range 10 * portAttempts {
		port = lowestPort + rand.IntN(highestPort-lowestPort+1) //nolint:gosec // G404: no secret
		var listener net.Listener
		if listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))); err == nil {
			return port, listener.Close()
		}
	}
	return 0, err
}

// executable tells whether the folder holds a program of that name.
func executable(folder, name string) bool {
	info, err := os.Stat(filepath.Join(folder, name))
	return err == nil && !info.IsDir() && info.Mode()&0o111 != 0
}
