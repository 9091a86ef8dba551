package core

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"zomato/modules/cache"
)

// Limits of warming (design: cache.md §4).
const (
	warmRestaurants = 100
	warmTime        = 30 * time.Second
	jobsKept        = 100
)

// Job is a warming of this instance.
type Job struct {
	ID        int64
	Namespace string
	Started   time.Time
	warmed    atomic.Int64
	ended     atomic.Int64 // nanoseconds after Started; 0 while it runs
	failed    atomic.Bool
}

// Warmed counts the answers that were loaded, or kept already.
func (j *Job) Warmed() int64 { return j.warmed.Load() }

// Failed tells whether it could not be done. The log says why.
func (j *Job) Failed() bool { return j.failed.Load() }

// Took is how long it took; running until it has ended.
func (j *Job) Took() (took time.Duration, running bool) {
	took = time.Duration(j.ended.Load())
	return took, took == 0
}

// jobs are the last ones, the newest last.
type jobs struct {
	mu   sync.Mutex
	all  []*Job
	last int64 // id
}

// Job gives the one with that id, nil when there is none any more.
func (c *Cache) Job(id int64) *Job {
	c.jobs.mu.Lock()
	defer c.jobs.mu.Unlock()
	if i := slices.IndexFunc(c.jobs.all, func(j *Job) bool { return j.ID == id }); i >= 0 {
		return c.jobs.all[i]
	}
	return nil
}

// Warms tells whether there is anything public in the namespace to warm.
func (n *Namespace) Warms() bool {
	return slices.ContainsFunc(n.routes, func(r *Route) bool { return r.Warm != nil })
}

// Warm begins to load answers of a namespace. While that is being done already
// it gives the job that does it.
func (c *Cache) Warm(ns *Namespace) *Job {
	c.jobs.mu.Lock()
	defer c.jobs.mu.Unlock()
	for _, j := range c.jobs.all {
		if _, running := j.Took(); running && j.Namespace == ns.name {
			return j
		}
	}
	c.jobs.last++
	j := &Job{ID: c.jobs.last, Namespace: ns.name, Started: c.Now()}
	if c.jobs.all = append(c.jobs.all, j); len(c.jobs.all) > jobsKept {
		c.jobs.all = c.jobs.all[1:]
	}
	c.background.run(func(ctx context.Context) { c.warm(ctx, ns, j) })
	return j
}

// warmAll warms every namespace, once after the start.
func (c *Cache) warmAll(ctx context.Context) {
	for _, ns := range c.Namespaces() {
		if ns.Warms() && ctx.Err() == nil {
			j := &Job{Namespace: ns.name, Started: c.Now()}
			c.warm(ctx, ns, j)
		}
	}
}

// warm loads the answers, some at a time, within its time.
func (c *Cache) warm(ctx context.Context, ns *Namespace, j *Job) {
	ctx, cancel := context.WithTimeout(ctx, warmTime)
	defer cancel()
	paths, err := c.paths(ctx, ns)
	if err != nil {
		j.failed.Store(true)
	}
	queue := make(chan string)
	var workers sync.WaitGroup
	for range warmers {
		workers.Go(func() {
			for path := range queue {
				if c.ask(ctx, path) {
					j.warmed.Add(1)
				}
			}
		})
	}
	for _, path := range paths {
		select {
		case queue <- path:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(queue)
	workers.Wait()
	took := max(c.Now().Sub(j.Started), 1)
	j.ended.Store(int64(took))
	c.Log.Info("warmed", zap.String("namespace", ns.name), zap.Int64("answers", j.Warmed()), zap.Duration("took", took), zap.Error(err))
}

// paths gives what is worth warming.
func (c *Cache) paths(ctx context.Context, ns *Namespace) ([]string, error) {
	var ids []int64
	if len(c.Popular) > 0 {
		best := slices.MaxFunc(c.Popular, func(a, b cache.Popular) int { return cmp.Compare(a.Preference, b.Preference) })
		var err error
		if ids, err = best.Restaurants(ctx, warmRestaurants); err != nil {
			return nil, fmt.Errorf("find the most popular restaurants: %w", err)
		}
	}
	var paths []string
	for _, route := range ns.routes {
		if route.Warm != nil {
			paths = append(paths, route.Warm(ids)...)
		}
	}
	return paths, nil
}
