package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"zomato/bench/internal/load"
)

// warming is how many requests go before a measurement of reads, so that it does
// not measure the first page of a cold cache.
const warming = 200

// shares of a row's capacity at which its latency is measured, in percent.
func shares() []int { return []int{50, 80} }

// measured is a row with what the rounds gave, one value each.
type measured struct {
	row
	title     string
	ratio     []float64 // to R0 of the same round
	perSecond []float64
	p50, p95  []float64 // ratios to those of the baseline in the same round
	cpu       []float64 // seconds of the server per 1,000 requests
	open      [2]waits  // by the shares
	// byNamespace is the same of each namespace of the cache.
	byNamespace map[string][]float64
	err         error
}

// waits are latencies at a steady rate, a value for each round. Milliseconds.
type waits struct {
	rate          []float64 // requests per second
	kept          []float64 // of the rate that was asked for: 1, or the load fell behind
	p50, p95, p99 []float64
	failed        string // why a round has no figure; empty when all have
}

// one measures a row once.
func (b *bench) one(ctx context.Context, r *measured, at *stage, number int, r0 load.Figures) error {
	traffic, err := r.traffic(ctx, at)
	if err != nil {
		return err
	}
	if traffic, err = b.check(ctx, r, at, traffic, number); err != nil {
		return err
	}
	figures, err := r.counted(ctx, at.server, func() (load.Figures, error) {
		return r.spread(ctx, at, b.dir, traffic, b.during)
	})
	if err != nil {
		return err
	}
	r.ratio = append(r.ratio, figures.PerSecond/r0.PerSecond)
	r.p50 = append(r.p50, float64(figures.P50)/float64(r0.P50))
	r.p95 = append(r.p95, float64(figures.P95)/float64(r0.P95))
	b.say("  %s: %.0f requests/s, %.3f of R0", r.title, figures.PerSecond, figures.PerSecond/r0.PerSecond)
	if !r.latency || b.quick && number > 0 {
		return nil
	}
	for i, share := range shares() {
		if b.quick && i > 0 {
			break
		}
		rate := int(figures.PerSecond) * share / 100
		at.later[i] = append(at.later[i], func() {
			if r.err == nil {
				b.judge(r, b.wait(ctx, r, at, traffic, rate, &r.open[i]))
			}
		})
	}
	return nil
}

// wait measures the latency of a row at a rate.
func (b *bench) wait(ctx context.Context, r *measured, at *stage, traffic load.Traffic, rate int, into *waits) (err error) {
	if r.consumed {
		if traffic, err = r.traffic(ctx, at); err != nil {
			return err
		}
	}
	waited, err := load.Open(ctx, at.base, traffic, rate, b.during)
	switch {
	case errors.Is(err, load.ErrNotAnswered):
		into.failed = fmt.Sprintf("at %d requests per second: %s", rate, err) // which is no figure, and takes none from the ceiling
	case err != nil:
		return fmt.Errorf("%d requests per second: %w", rate, err)
	default:
		into.add(waited, rate)
	}
	return nil
}

// check sends the first request alone and wants the right answer: the load tells
// a wrong status from a right one only by its first digit. Then it warms the
// server up, unless the requests change something.
func (b *bench) check(ctx context.Context, r *measured, at *stage, traffic load.Traffic, number int) (load.Traffic, error) {
	if len(traffic.Requests) == 0 {
		return traffic, load.ErrNotAnswered
	}
	first := traffic.Requests[0]
	status, _, answer, err := at.send(ctx, first.Method, first.Path, []byte(first.Body), traffic.Header)
	if err != nil {
		return traffic, err
	}
	if status != r.status {
		return traffic, fmt.Errorf("%s %s answered %d instead of %d: %s", first.Method, first.Path, status, r.status, answer)
	}
	if r.show && b.verbose && number == 0 {
		if err = b.showAnswer(ctx, r, at, first.Path); err != nil {
			return traffic, err
		}
	}
	if traffic.Once {
		traffic.Requests = traffic.Requests[1:]
	}
	if first.Method != http.MethodGet {
		return traffic, nil
	}
	return traffic, r.warm(ctx, at, traffic)
}

// warm asks for the paths that are read.
func (r *measured) warm(ctx context.Context, at *stage, traffic load.Traffic) error {
	var paths []string
	known := map[string]bool{}
	for _, asked := range traffic.Requests {
		if asked.Method == http.MethodGet && !known[asked.Path] {
			known[asked.Path] = true
			paths = append(paths, asked.Path)
		}
	}
	n := warming
	if r.warmAll {
		n = max(n, len(paths))
	}
	if r.cached == hit {
		if err := awaitHit(ctx, at.all, paths[0], traffic.Header); err != nil {
			return err
		}
	}
	return atOnce(n*len(at.all), func(i int) error {
		_, _, _, err := at.all[i%len(at.all)].send(ctx, http.MethodGet, paths[i/len(at.all)%len(paths)], nil, traffic.Header)
		return err
	})
}

// keptAgain is longer than strict answers are not kept after what Redis has lost.
const keptAgain = 20 * time.Second

// awaitHit waits until a path is kept: who meets an empty Redis, or others that
// wrote without one, keeps nothing that is strict for some seconds.
func awaitHit(ctx context.Context, servers []*server, path string, header map[string]string) error {
	for _, s := range servers {
		for end := time.Now().Add(keptAgain); ; {
			_, got, _, err := s.send(ctx, http.MethodGet, path, nil, header)
			if err != nil {
				return err
			}
			if got.Get("X-Cache") == hit {
				break
			}
			if time.Now().After(end) {
				return fmt.Errorf("GET %s is never a hit", path)
			}
			select {
			case <-time.After(20 * time.Millisecond):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	return nil
}

// showAnswer tells whom a search finds.
func (b *bench) showAnswer(ctx context.Context, r *measured, at *stage, path string) error {
	_, header, answer, err := at.send(ctx, http.MethodGet, path+"&count=true", nil, nil)
	if err != nil {
		return err
	}
	var found []struct{ Name string }
	if err = json.Unmarshal(answer, &found); err != nil {
		return fmt.Errorf("decode the answer of %s: %w", path, err)
	}
	names := make([]string, min(5, len(found)))
	for i := range names {
		names[i] = found[i].Name
	}
	b.say("  %s: GET %s finds %s, answers %d (%d bytes): %s …", r.title, path, header.Get("X-Total-Count"), len(found), len(answer), strings.Join(names, ", "))
	return nil
}

// closed measures a ceiling, and what it costs the server.
func (r *measured) closed(ctx context.Context, s *server, folder string, traffic load.Traffic, clients int, during time.Duration) (load.Figures, error) {
	before, told := s.cpuSeconds()
	figures, err := load.Closed(ctx, folder, s.base, traffic, clients, during)
	if err != nil {
		return figures, err
	}
	r.perSecond = append(r.perSecond, figures.PerSecond)
	if after, _ := s.cpuSeconds(); told {
		r.cpu = append(r.cpu, 1000*(after-before)/float64(figures.Requests))
	}
	return figures, nil
}

func (w *waits) add(f load.Figures, asked int) {
	w.rate = append(w.rate, f.PerSecond)
	w.kept = append(w.kept, f.PerSecond/float64(asked))
	w.p50 = append(w.p50, milliseconds(f.P50))
	w.p95 = append(w.p95, milliseconds(f.P95))
	w.p99 = append(w.p99, milliseconds(f.P99))
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
