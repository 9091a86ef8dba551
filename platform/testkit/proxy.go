package testkit

import (
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Treatment is how a Proxy treats what passes through it.
type Treatment int32

// The treatments.
const (
	// Pass is to spoil nothing.
	Pass Treatment = iota
	// Delay holds each piece of what clients send for 200 ms.
	Delay
	// Reset ends connections, also those that are new.
	Reset
	// HoldUp leaves connections open, and nothing passes.
	HoldUp
)

const proxyDelay = 200 * time.Millisecond

// scheme begins the URL of a Redis.
const scheme = "redis://"

// Proxy stands between who uses a Redis and that, and spoils the connections. Safe
// for concurrent use.
type Proxy struct {
	// URL is what clients call their Redis.
	URL string

	mode     atomic.Int32
	listener net.Listener
	running  sync.WaitGroup
	closed   chan struct{}

	mu     sync.Mutex
	target string
	open   map[*net.TCPConn]bool
}

// NewProxy gives one in front of the Redis with that URL. It ends with the test.
func NewProxy(t testing.TB, redis string) *Proxy {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("testkit: listening for a proxy: %v", err)
	}
	p := &Proxy{
		URL: scheme + listener.Addr().String(), target: strings.TrimPrefix(redis, scheme),
		listener: listener, open: map[*net.TCPConn]bool{}, closed: make(chan struct{}),
	}
	p.running.Go(p.accept)
	t.Cleanup(func() {
		if err := listener.Close(); err != nil {
			t.Errorf("testkit: closing a proxy: %v", err)
		}
		close(p.closed)
		p.Sever()
		p.running.Wait()
	})
	return p
}

func (p *Proxy) accept() {
	for {
		accepted, err := p.listener.Accept()
		if err != nil {
			return
		}
		if client, ok := accepted.(*net.TCPConn); ok {
			p.running.Go(func() { p.serve(client) })
		}
	}
}

// serve passes on what a client sends, and what it is answered.
func (p *Proxy) serve(client *net.TCPConn) {
	defer p.note(client)()
	p.mu.Lock()
	target := p.target
	p.mu.Unlock()
	dialled, err := (&net.Dialer{Timeout: proxyDelay}).Dial("tcp", target)
	server, ok := dialled.(*net.TCPConn)
	if err != nil || !ok || p.treatment() == Reset {
		return
	}
	defer p.note(server)()
	var both sync.WaitGroup
	both.Go(func() { p.pass(client, server, true) })
	both.Go(func() { p.pass(server, client, false) })
	both.Wait()
}

// note remembers a connection until the function that it gives resets it.
func (p *Proxy) note(c *net.TCPConn) (forget func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open[c] = true
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.open, c)
		shut(c)
	}
}

// shut closes a connection so that the other end meets a reset.
func shut(c *net.TCPConn) {
	_ = c.SetLinger(0)
	_ = c.Close()
}

// pass copies one direction until either end is closed, and closes both.
func (p *Proxy) pass(from, to *net.TCPConn, delays bool) {
	defer shut(from)
	defer shut(to)
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		mode := p.treatment()
		if delays && mode == Delay && !p.wait(proxyDelay) {
			return
		}
		if mode == HoldUp { // who waited does not wait any more when it passes again
			for p.treatment() == HoldUp && p.wait(time.Millisecond) {
				continue
			}
			return
		}
		if _, err = to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (p *Proxy) wait(long time.Duration) bool {
	select {
	case <-time.After(long):
		return true
	case <-p.closed:
		return false
	}
}

// Sever closes all connections that are open.
func (p *Proxy) Sever() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		shut(c)
	}
}

// To leads to another Redis from now on, as a failover does.
func (p *Proxy) To(redis string) {
	p.mu.Lock()
	p.target = strings.TrimPrefix(redis, scheme)
	p.mu.Unlock()
	p.Sever()
}

// Treat changes how connections are treated from now on.
func (p *Proxy) Treat(as Treatment) {
	p.mode.Store(int32(as))
	if as == Reset {
		p.Sever()
	}
}

func (p *Proxy) treatment() Treatment { return Treatment(p.mode.Load()) }
