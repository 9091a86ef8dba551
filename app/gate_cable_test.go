package main

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// cable is between one instance and its Redis, and can be cut.
type cable struct {
	// URL is what the instance calls its Redis.
	URL string

	target string
	mu     sync.Mutex
	cut    bool
	ends   map[net.Conn]bool
}

// newCable leads to the Redis with that URL.
func newCable(t *testing.T, url string) *cable {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	c := &cable{URL: "redis://" + listener.Addr().String(), target: strings.TrimPrefix(url, "redis://"), ends: map[net.Conn]bool{}}
	var group sync.WaitGroup
	group.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			group.Go(func() { c.join(near) })
		}
	})
	t.Cleanup(func() {
		assert.NoError(t, listener.Close())
		c.pull()
		group.Wait()
	})
	return c
}

// join carries what is said on a connection, both ways.
func (c *cable) join(near net.Conn) {
	far, err := net.Dial("tcp", c.target) //nolint:noctx // it ends when the cable is pulled
	if err != nil {
		_ = near.Close()
		return
	}
	if !c.hold(near, far) {
		return
	}
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
		both.Go(func() {
			_, _ = io.Copy(way[0], way[1]) // whoever ends it, the other side has to know
			_ = near.Close()
			_ = far.Close()
		})
	}
	both.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.ends, near)
	delete(c.ends, far)
}

// hold remembers the ends of a connection, or closes them when the cable is cut.
func (c *cable) hold(ends ...net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, end := range ends {
		if c.cut {
			_ = end.Close()
		} else {
			c.ends[end] = true
		}
	}
	return !c.cut
}

// pull ends all connections and lets no further ones through until mend.
func (c *cable) pull() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = true
	for end := range c.ends {
		_ = end.Close()
	}
}

func (c *cable) mend() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = false
}
