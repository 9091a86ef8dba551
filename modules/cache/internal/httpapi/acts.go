package httpapi

import (
	"context"
	"strconv"
	"strings"
	"time"

	"zomato/modules/cache/internal/core"
	"zomato/platform/fault"
	"zomato/platform/httpserver"
)

// clearTime is how long a request may remove what is over.
const clearTime = 200 * time.Millisecond

// removed counts what was removed.
type removed struct {
	Memory       int `json:"memory" doc:"From this instance's memory: over, or something has changed"`
	RedisExpired int `json:"redis_expired" doc:"From Redis: over, left of another run of it, or something has changed"`
	Orphaned     int `json:"orphaned" doc:"Those of both that something has changed of"`
}

// cleared is the body of DELETE /cache/clear/expired.
type cleared struct {
	Scanned  int     `json:"scanned"`
	Removed  removed `json:"removed"`
	Endless  int     `json:"endless" doc:"Keys of ours in Redis that would have stayed for ever: more than 0 is a defect"`
	Complete bool    `json:"complete"`
	Cursor   uint64  `json:"cursor" doc:"Where to go on; 0 when complete"`
	TookMS   float64 `json:"took_ms"`
}

type clearExpiredInput struct {
	Cursor uint64 `query:"cursor" doc:"Where the request before ended"`
}

func (a *Admin) clearExpired(ctx context.Context, in *clearExpiredInput) (*httpserver.Whole[cleared], error) {
	if !a.clearing.CompareAndSwap(false, true) {
		return nil, fault.New(fault.Conflict, "clearing", "Somebody else is clearing at this moment.").After(time.Second)
	}
	defer a.clearing.Store(false)
	start := a.cache.Now()
	out := cleared{Cursor: in.Cursor}
	for !out.Complete && a.cache.Now().Sub(start) < clearTime {
		swept, err := a.cache.Tier.Sweep(ctx, out.Cursor, start)
		if err != nil {
			return nil, err
		}
		out.Scanned += swept.Scanned
		out.Removed.Memory += swept.Removed
		out.Removed.RedisExpired += swept.Shared
		out.Removed.Orphaned += swept.Orphaned
		out.Endless += swept.Endless
		out.Cursor, out.Complete = swept.Cursor, swept.Cursor == 0
	}
	out.TookMS = milliseconds(a.cache.Now().Sub(start))
	return httpserver.WholeOf(out), nil
}

type byNamespace struct {
	Namespace string `path:"namespace" maxLength:"50" example:"menu"`
}

// clearedNamespace is the body of DELETE /cache/clear/{namespace}.
type clearedNamespace struct {
	Namespace string `json:"namespace" example:"menu"`
	Status    string `json:"status" enum:"cleared"`
}

func (a *Admin) clear(ctx context.Context, in *byNamespace) (*httpserver.Whole[clearedNamespace], error) {
	ns, err := a.find(in.Namespace)
	if err != nil {
		return nil, err
	}
	if err = a.cache.Clear(ctx, ns); err != nil {
		return nil, err
	}
	return httpserver.WholeOf(clearedNamespace{ns.Name(), "cleared"}), nil
}

// find gives a namespace by its name. Faults: unknown_namespace.
func (a *Admin) find(name string) (*core.Namespace, error) {
	if ns := a.cache.Namespace(name); ns != nil {
		return ns, nil
	}
	var names []string
	for _, ns := range a.cache.Namespaces() {
		names = append(names, ns.Name())
	}
	return nil, fault.New(fault.NotFound, "unknown_namespace", "There is no namespace %q: the namespaces are %s.", name, strings.Join(names, ", ")).
		With("namespaces", names)
}

// Warming is the body of POST /cache/warm/{namespace}.
type Warming struct {
	Namespace string `json:"namespace" example:"menu"`
	JobID     int64  `json:"job_id" example:"1"`
	Status    string `json:"status" enum:"running,done,failed"`
}

// warmed is a warming as its own route shows it.
type warmed struct {
	Warming
	Warmed int64   `json:"warmed" doc:"Answers that are kept now"`
	TookMS float64 `json:"took_ms" doc:"Until now, while it runs"`
}

// accepted is the answer 202.
type accepted struct {
	Location string `header:"Location" doc:"Where to see how far it is"`
	Body     Warming
}

func (a *Admin) warm(_ context.Context, in *byNamespace) (*accepted, error) {
	ns, err := a.find(in.Namespace)
	if err != nil {
		return nil, err
	}
	if !ns.Warms() {
		return nil, fault.New(fault.Invalid, "personal_namespace", "The answers in %s belong to somebody: they are not loaded beforehand.", ns.Name())
	}
	job := a.cache.Warm(ns)
	return &accepted{Location: "/cache/warm/jobs/" + strconv.FormatInt(job.ID, 10), Body: a.shown(job).Warming}, nil
}

type byJob struct {
	JobID int64 `path:"job_id" minimum:"1" example:"1"`
}

func (a *Admin) job(_ context.Context, in *byJob) (*httpserver.Whole[warmed], error) {
	job := a.cache.Job(in.JobID)
	if job == nil {
		return nil, fault.New(fault.NotFound, "job_not_found", "There is no such warming, or it was long ago.")
	}
	return httpserver.WholeOf(a.shown(job)), nil
}

func (a *Admin) shown(job *core.Job) warmed {
	took, running := job.Took()
	out := warmed{Warming: Warming{Namespace: job.Namespace, JobID: job.ID, Status: "done"}, Warmed: job.Warmed()}
	switch {
	case running:
		out.Status, took = "running", a.cache.Now().Sub(job.Started)
	case job.Failed():
		out.Status = "failed"
	}
	out.TookMS = milliseconds(took)
	return out
}
