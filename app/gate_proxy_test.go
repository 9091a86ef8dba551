package main

import (
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// How a proxy treats what passes through it.
const (
	proxyPasses  = iota
	proxyDelays  // each piece of what clients send by proxyDelay
	proxyResets  // connections, also those that are new
	proxyHoldsUp // connections stay open, and nothing passes
)

const proxyDelay = 200 * time.Millisecond

// proxy stands between a product and its Redis, and spoils the connections.
type proxy struct {
	url    string
	target string
	mode   atomic.Int32

	listener net.Listener
	running  sync.WaitGroup
	mu       sync.Mutex
	open     map[*net.TCPConn]bool
	closed   chan struct{}
}

// proxied gives one in front of a Redis.
func proxied(t *testing.T, redis string) *proxy {
	t.Helper()
	address, err := url.Parse(redis)
	require.NoError(t, err)
	var listening net.ListenConfig
	listener, err := listening.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &proxy{
		url: "redis://" + listener.Addr().String(), target: address.Host,
		listener: listener, open: map[*net.TCPConn]bool{}, closed: make(chan struct{}),
	}
	p.running.Go(p.accept)
	t.Cleanup(func() {
		assert.NoError(t, listener.Close())
		close(p.closed)
		p.reset()
		p.running.Wait()
	})
	return p
}

func (p *proxy) accept() {
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
func (p *proxy) serve(client *net.TCPConn) {
	defer p.note(client)()
	dialled, err := (&net.Dialer{Timeout: proxyDelay}).Dial("tcp", p.target)
	server, ok := dialled.(*net.TCPConn)
	if err != nil || !ok || p.mode.Load() == proxyResets {
		return
	}
	defer p.note(server)()
	var both sync.WaitGroup
	both.Go(func() { p.pass(client, server, true) })
	both.Go(func() { p.pass(server, client, false) })
	both.Wait()
}

// note remembers a connection until the function that it gives resets it.
func (p *proxy) note(c *net.TCPConn) (forget func()) {
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
func (p *proxy) pass(from, to *net.TCPConn, delays bool) {
	defer shut(from)
	defer shut(to)
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		mode := p.mode.Load()
		if delays && mode == proxyDelays && !p.wait(proxyDelay) {
			return
		}
		if mode == proxyHoldsUp { // who waited does not wait any more when it passes again
			for p.mode.Load() == proxyHoldsUp && p.wait(time.Millisecond) {
				continue
			}
			return
		}
		if _, err = to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (p *proxy) wait(long time.Duration) bool {
	select {
	case <-time.After(long):
		return true
	case <-p.closed:
		return false
	}
}

// reset closes all connections that are open.
func (p *proxy) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		shut(c)
	}
}

// treat changes how connections are treated from now on.
func (p *proxy) treat(mode int32) {
	p.mode.Store(mode)
	if mode == proxyResets {
		p.reset()
	}
}
