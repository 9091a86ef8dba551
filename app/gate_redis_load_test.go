package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zomato/platform/testkit/httpclient"
)

// What the load changes: each has a version that answers show.
const (
	theRestaurant = iota
	theDish
	theCustomer
	theOrders // how many there are
	things
)

// change is the request that gives a thing its next version.
func change(thing int, version int64) (method, path, body string, status int) {
	switch thing {
	case theRestaurant:
		return "PUT", "/restaurants/1", fmt.Sprintf(`{"name":"Spice v%d."}`, version), 200
	case theDish:
		return "PUT", "/menu-items/1", fmt.Sprintf(`{"name":"Tikka v%d."}`, version), 200
	case theCustomer:
		return "PUT", "/customers/1", fmt.Sprintf(`{"name":"Asha v%d."}`, version), 200
	default:
		return "POST", "/customers/1/orders/", oneTikka, 201
	}
}

// steadyLook is a request of the load, with the things that its answer shows.
type steadyLook struct {
	path   string
	strict bool
	shows  []int
}

func redisLooks() []steadyLook {
	return []steadyLook{
		{"/restaurants/1", false, []int{theRestaurant}},
		{"/restaurants/1/menu", false, []int{theDish}},
		{"/restaurants/search?q=spice", false, []int{theRestaurant}},
		{"/menu-items/search?q=tikka", false, []int{theDish}},
		{"/customers/1", true, []int{theCustomer}},
		{"/orders/1", true, []int{theDish, theCustomer}},
		{"/customers/1/orders?count=true", true, []int{theOrders}},
	}
}

var regexpVersion = regexp.MustCompile(`(Spice|Tikka|Asha) v(\d+)\.`)

// shownVersion is the version of a thing that an answer shows, -1 for none.
func shownVersion(a httpclient.Answer, thing int) int64 {
	text := a.Header.Get("X-Total-Count")
	if thing != theOrders {
		for _, found := range regexpVersion.FindAllStringSubmatch(a.Body, -1) {
			if found[1] == [theOrders]string{"Spice", "Tikka", "Asha"}[thing] {
				text = found[2]
			}
		}
	}
	version, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return -1
	}
	return version
}

// steady is a load of reads and some writes. Its clients begin with begin.
type steady struct {
	address string
	client  http.Client
	// told are the versions that were acknowledged.
	told          [things]atomic.Int64
	reads, writes atomic.Int64
	done          atomic.Bool
	group         sync.WaitGroup

	mu         sync.Mutex
	violations []string
	read       []timing
	written    []timing
}

// timing is that of a request: when it began, and what it took.
type timing struct {
	at   time.Time
	took time.Duration
}

// steadyReaders are the clients that read; one more writes.
const steadyReaders = 4

// newSteady makes a load of a furnished product, and gives each thing a version.
func newSteady(t *testing.T, address string) *steady {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 2 * steadyReaders}
	t.Cleanup(transport.CloseIdleConnections)
	s := &steady{address: address, client: http.Client{Transport: transport, Timeout: 10 * time.Second}}
	app := httpclient.New(address)
	for thing := range theOrders {
		method, path, body, status := change(thing, 0)
		app.Do(t, method, path, body).Expect(t, status)
	}
	s.told[theOrders].Store(1)
	return s
}

func (s *steady) begin() {
	for i := range steadyReaders {
		s.group.Go(func() {
			looks := redisLooks()
			for n := i; !s.done.Load(); n++ {
				s.look(looks[n%len(looks)])
				<-time.After(4 * time.Millisecond) // a steady load, not all that there can be
			}
		})
	}
	s.group.Go(func() {
		for n := 0; !s.done.Load(); n++ {
			s.change(n % things)
			<-time.After(50 * time.Millisecond)
		}
	})
}

func (s *steady) end() {
	s.done.Store(true)
	s.group.Wait()
}

// look reads, and holds what it sees against what was acknowledged before.
func (s *steady) look(l steadyLook) {
	var before [things]int64
	for thing := range s.told {
		before[thing] = s.told[thing].Load()
	}
	began := time.Now()
	a, err := s.send("GET", l.path, "")
	took := time.Since(began)
	s.reads.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.read = append(s.read, timing{began, took})
	if err != nil || a.Status != 200 {
		s.violations = append(s.violations, fmt.Sprintf("5xx: GET %s: %d %s %v", l.path, a.Status, a.Body, err))
		return
	}
	for _, thing := range l.shows {
		if seen := shownVersion(a, thing); seen < before[thing] {
			s.violations = append(s.violations, fmt.Sprintf("stale: GET %s (%s) shows version %d of %d after %d was acknowledged",
				l.path, a.Header.Get("X-Cache"), seen, thing, before[thing]))
		}
	}
}

// change writes the next version of a thing.
func (s *steady) change(thing int) {
	version := s.told[thing].Load() + 1
	method, path, body, status := change(thing, version)
	began := time.Now()
	a, err := s.send(method, path, body)
	took := time.Since(began)
	s.writes.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.written = append(s.written, timing{began, took})
	if err != nil || a.Status != status {
		s.violations = append(s.violations, fmt.Sprintf("5xx: %s %s: %d %s %v", method, path, a.Status, a.Body, err))
		return
	}
	s.told[thing].Store(version)
}

// send sends a request. The error is that of the connection.
func (s *steady) send(method, path, body string) (httpclient.Answer, error) {
	request, err := http.NewRequestWithContext(context.Background(), method, s.address+path, strings.NewReader(body))
	if err != nil {
		return httpclient.Answer{}, err
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := s.client.Do(request)
	if err != nil {
		return httpclient.Answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return httpclient.Answer{Status: response.StatusCode, Header: response.Header, Body: string(text)}, err
}

// violate notes what is not as promised.
func (s *steady) violate(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.violations = append(s.violations, fmt.Sprintf(format, args...))
}

// part gives which of all are served no slower than the 99th of 100, and how long
// the slowest takes, of requests that began in a time.
func part(of []timing, from, to time.Time) (count int, p99, slowest time.Duration) {
	var all []time.Duration
	for _, r := range of {
		if !r.at.Before(from) && r.at.Before(to) {
			all = append(all, r.took)
		}
	}
	if len(all) == 0 {
		return 0, 0, 0
	}
	slices.Sort(all)
	return len(all), all[len(all)*99/100], all[len(all)-1]
}
