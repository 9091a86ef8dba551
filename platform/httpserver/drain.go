package httpserver

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

// drainStep is how often a stop looks at the connections that are left.
const drainStep = 5 * time.Millisecond

// connections are those that are open, so that a stop can end the ones that wait
// for a request and let the others finish.
//
// fasthttp's own shutdown does neither well. A connection on which nothing has
// been sent yet counts as busy for 5 s, and clients open such ones in reserve:
// a stop after a load took 5 s. And it closes an idle connection even while the
// request that has just been read from it is about to be handled: that one then
// has its effect and no answer.
type connections struct {
	stopping atomic.Bool
	open     sync.Map // net.Conn to *connection
	count    atomic.Int64
}

// connection is what is known of one.
type connection struct {
	mu      sync.Mutex // held while its deadline is set
	waiting bool       // for the first byte of a request
}

// note is told by fasthttp what becomes of a connection.
func (c *connections) note(conn net.Conn, state fasthttp.ConnState) {
	switch state {
	case fasthttp.StateNew:
		c.count.Add(1)
		c.open.Store(conn, &connection{waiting: true})
	case fasthttp.StateClosed, fasthttp.StateHijacked:
		if _, known := c.open.LoadAndDelete(conn); known {
			c.count.Add(-1)
		}
	case fasthttp.StateActive, fasthttp.StateIdle:
		c.mark(conn, state == fasthttp.StateIdle)
	}
}

// mark notes whether a connection waits. One whose request came while the server
// stops gets back the time to send the rest.
func (c *connections) mark(conn net.Conn, waiting bool) {
	one, ok := c.find(conn)
	if !ok {
		return
	}
	one.mu.Lock()
	defer one.mu.Unlock()
	one.waiting = waiting
	if !waiting && c.stopping.Load() {
		_ = conn.SetReadDeadline(time.Now().Add(readTimeout))
	}
}

func (c *connections) find(conn net.Conn) (*connection, bool) {
	found, _ := c.open.Load(conn)
	one, ok := found.(*connection)
	return one, ok
}

// drain waits until every connection is closed, or the context ends: who has
// begun a request gets the answer, who has not is told to leave.
func (c *connections) drain(ctx context.Context) {
	c.stopping.Store(true)
	tick := time.NewTicker(drainStep)
	defer tick.Stop()
	for {
		c.open.Range(func(key, value any) bool {
			conn, isConn := key.(net.Conn)
			if one, ok := value.(*connection); ok && isConn {
				one.leave(conn)
			}
			return true
		})
		if c.count.Load() == 0 {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// leave ends a connection that waits: its read fails, unless the first byte has
// already been read. Closing it would lose the answer to that request.
func (one *connection) leave(conn net.Conn) {
	one.mu.Lock()
	defer one.mu.Unlock()
	if one.waiting {
		_ = conn.SetReadDeadline(time.Unix(1, 0)) // one that is closed does not mind
	}
}

// lastAnswers has each answer that is given while the server stops say that the
// connection ends, so that the client sends its next request elsewhere.
func (c *connections) lastAnswers(next fasthttp.RequestHandler) fasthttp.RequestHandler {
	return func(raw *fasthttp.RequestCtx) {
		next(raw)
		if c.stopping.Load() {
			raw.Response.SetConnectionClose()
		}
	}
}
