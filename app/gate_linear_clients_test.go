package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"
)

// watchers are clients of several instances that change and read what is kept
// strictly, and note when they saw what.
type watchers struct {
	instances []*instance
	client    http.Client
	begun     time.Time
	subjects  []*subject
	names     atomic.Int64 // how many were given

	done  atomic.Bool
	group sync.WaitGroup
	// What they met.
	operations, hits, unanswered, unavailable, ended atomic.Int64

	mu       sync.Mutex
	history  []porcupine.Operation
	failures []string
}

// subject is a customer with the order that is under way.
type subject struct {
	customer int64
	order    atomic.Int64
}

func newWatchers(t *testing.T, instances ...*instance) *watchers {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	t.Cleanup(transport.CloseIdleConnections)
	w := &watchers{instances: instances, client: http.Client{Transport: transport, Timeout: time.Minute}, begun: time.Now()}
	made := w.send(0, "POST", "/restaurants/", `{"name":"Spice Route","cuisine":"Thai"}`)
	require.Equal(t, 201, made.status, made.body)
	made = w.send(0, "POST", "/restaurants/1/menu-items/", `{"name":"Dish","category":"Main","price":9.99}`)
	require.Equal(t, 201, made.status, made.body)
	return w
}

// seen is an answer, with when it was asked for and when it came.
type seen struct {
	call, end int64
	via       int // the instance
	status    int // 0: none came
	body      string
	state     string // X-Cache
}

// send asks an instance something once.
func (w *watchers) send(via int, method, path, body string, headers ...string) (s seen) {
	s = seen{call: time.Since(w.begun).Nanoseconds(), via: via}
	defer func() {
		if s.end = time.Since(w.begun).Nanoseconds(); s.status == 0 {
			w.unanswered.Add(1)
		}
	}()
	request, err := http.NewRequestWithContext(context.Background(), method, w.instances[via].address+path, strings.NewReader(body))
	if err != nil {
		return s
	}
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := w.client.Do(request)
	if err != nil {
		return s
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return s
	}
	s.status, s.body, s.state = response.StatusCode, string(text), response.Header.Get("X-Cache")
	if s.status == http.StatusRequestTimeout { // its instance was frozen while it arrived
		s.status = 0
	}
	return s
}

// note puts an operation into the history.
func (w *watchers) note(s seen, about string, in demand, out heard) {
	if out.unknown {
		s.end = never
	}
	w.operations.Add(1)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.history = append(w.history, porcupine.Operation{
		Call: s.call, Return: s.end, Input: in, Output: out,
		Metadata: fmt.Sprintf("%s through %d: %d %s", about, s.via, s.status, s.state),
	})
}

func (w *watchers) fail(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failures = append(w.failures, fmt.Sprintf(format, args...))
}

// changed notes a change and tells whether it is known to be done. What is
// unavailable may have been done all the same, if the commit has failed.
func (w *watchers) changed(s seen, about string, in demand) bool {
	switch {
	case s.status == 200 || s.status == 201:
		w.note(s, about, in, heard{})
		return true
	case s.status == 0 || s.status >= 500:
		w.unavailable.Add(1)
		w.note(s, about, in, heard{unknown: true})
	default:
		w.fail("other: %s through %d: %d %s", about, s.via, s.status, s.body)
	}
	return false
}

// meet makes so many subjects, in the place of those before.
func (w *watchers) meet(t *testing.T, many int) {
	t.Helper()
	w.subjects = nil
	for range many {
		n := w.names.Add(1)
		made := w.send(0, "POST", "/customers/", fmt.Sprintf(`{"email":"n%d@example.com",%s`, n, named(n)[1:]))
		require.Equal(t, 201, made.status, made.body)
		var record struct{ ID int64 }
		require.NoError(t, json.Unmarshal([]byte(made.body), &record))
		w.note(made, "POST /customers/", demand{record: nameOf(record.ID), value: fmt.Sprint(n)}, heard{})
		w.subjects = append(w.subjects, &subject{customer: record.ID})
	}
}

// named is a body in which name and phone number are those of n.
func named(n int64) string {
	return fmt.Sprintf(`{"name":"N%d","phone_number":"+9198%08d"}`, n, n)
}

// Records of the history.
func nameOf(customer int64) string { return fmt.Sprintf("name of customer %d", customer) }
func statusOf(order int64) string  { return fmt.Sprintf("status of order %d", order) }

// begin has clients change and read all subjects until end is called.
func (w *watchers) begin(readers int) {
	w.done.Store(false)
	for _, s := range w.subjects {
		w.group.Go(func() { w.moveOn(s) })
		w.group.Go(func() { w.rename(s) })
	}
	for range readers {
		w.group.Go(func() {
			for !w.done.Load() {
				w.look(w.subjects[rand.IntN(len(w.subjects))])
			}
		})
	}
}

func (w *watchers) end() {
	w.done.Store(true)
	w.group.Wait()
}

// pause leaves readers time to keep what there is.
func pause() { <-time.After(rand.N(200 * time.Millisecond)) }

// rename gives a customer one name after the other.
func (w *watchers) rename(s *subject) {
	for !w.done.Load() {
		n := w.names.Add(1)
		path := fmt.Sprintf("/customers/%d", s.customer)
		got := w.send(rand.IntN(len(w.instances)), "PUT", path, named(n))
		w.changed(got, "PUT "+path, demand{record: nameOf(s.customer), value: fmt.Sprint(n)})
		pause()
	}
}

// moveOn places orders of a customer, one after the other, and moves each to its
// end. A move of which nothing is known is made again.
func (w *watchers) moveOn(s *subject) {
	steps := []string{"placed", "confirmed", "preparing", "out_for_delivery", "delivered"}
	order, step := int64(0), 0
	for !w.done.Load() {
		if step == 0 {
			if order = w.placeFor(s); order != 0 {
				step = 1
			}
			pause()
			continue
		}
		path, move := fmt.Sprintf("/orders/%d/status", order), demand{record: statusOf(order), from: steps[step-1], value: steps[step]}
		got := w.send(rand.IntN(len(w.instances)), "PUT", path, `{"order_status":"`+move.value+`"}`)
		var refused struct {
			Status string `json:"current_status"`
		}
		switch {
		case got.status == 409 && json.Unmarshal([]byte(got.body), &refused) == nil && refused.Status == move.value:
			w.note(got, "PUT "+path, demand{record: move.record}, heard{value: refused.Status}) // that was the try before
			step++
		case w.changed(got, "PUT "+path, move):
			step++
		}
		step %= len(steps)
		pause()
	}
}

// placeFor places an order and gives its number, 0 when no answer told it.
func (w *watchers) placeFor(s *subject) int64 {
	path := fmt.Sprintf("/customers/%d/orders/", s.customer)
	got := w.send(rand.IntN(len(w.instances)), "POST", path, oneTikka)
	var record struct{ ID int64 }
	if got.status != 201 || json.Unmarshal([]byte(got.body), &record) != nil {
		if got.status != 0 && got.status < 500 {
			w.fail("other: POST %s: %d %s", path, got.status, got.body)
		}
		return 0
	}
	w.note(got, "POST "+path, demand{record: statusOf(record.ID), value: "placed"}, heard{})
	s.order.Store(record.ID)
	return record.ID
}
