package httpapi

import (
	"context"
	"time"

	"zomato/modules/cache/internal/counts"
	"zomato/platform/fault"
	"zomato/platform/httpserver"
)

// Share is hits and misses with their ratio.
type Share struct {
	Hits     int64    `json:"hits"`
	Misses   int64    `json:"misses"`
	HitRatio *float64 `json:"hit_ratio" doc:"null when nobody has asked"`
}

// namespaceShare is the share of a namespace.
type namespaceShare struct {
	Namespace string `json:"namespace" example:"menu"`
	Share
}

// quantiles of a latency, in milliseconds.
type quantiles struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
}

// latencies are those of hits and of misses.
type latencies struct {
	Hit  quantiles `json:"hit"`
	Miss quantiles `json:"miss"`
}

// windows are the last minutes.
type windows struct {
	One     Share `json:"1m"`
	Five    Share `json:"5m"`
	Fifteen Share `json:"15m"`
}

// performance is the body of GET /analytics/cache-performance.
type performance struct {
	Scope
	Share
	ByNamespace            []namespaceShare `json:"by_namespace"`
	LatencyMS              latencies        `json:"latency_ms" doc:"In the server; 0 without any"`
	TimeSavedMS            int64            `json:"time_saved_ms"`
	Coalesced              int64            `json:"coalesced"`
	Checked                int64            `json:"checked" doc:"Hits that were compared with their source"`
	InconsistentPerMillion *float64         `json:"inconsistent_per_million" doc:"Of those; null when none was"`
	Windows                windows          `json:"windows" doc:"Of the instance that answers, always"`
}

func (a *Admin) performance(context.Context, *struct{}) (*httpserver.Whole[performance], error) {
	set, scope := a.counted()
	out := performance{Scope: scope, ByNamespace: []namespaceShare{}}
	total := &counts.Values{}
	for _, ns := range a.cache.Namespaces() {
		values := set.Of(ns.Name())
		total = total.Plus(values)
		out.ByNamespace = append(out.ByNamespace, namespaceShare{ns.Name(), shareOf(values.Ratio())})
	}
	out.Share, out.TimeSavedMS = shareOf(total.Ratio()), time.Duration(total.TimeSaved).Milliseconds()
	out.Coalesced, out.Checked = total.Coalesced, total.Checked
	if out.Checked > 0 {
		millionth := 1_000_000 * float64(total.Inconsistent) / float64(out.Checked)
		out.InconsistentPerMillion = &millionth
	}
	out.LatencyMS = latencies{Hit: quantilesOf(total.HitLatency()), Miss: quantilesOf(total.MissLatency())}
	out.Windows = windows{One: shareOf(a.cache.Window(1)), Five: shareOf(a.cache.Window(5)), Fifteen: shareOf(a.cache.Window(15))}
	return httpserver.WholeOf(out), nil
}

func shareOf(r counts.Ratio) Share { return Share{r.Hits, r.Misses, ratio(r)} }

func quantilesOf(l counts.Latency) quantiles {
	return quantiles{milliseconds(l.P50), milliseconds(l.P95)}
}

// explanation is the body of GET /cache/explain.
type explanation struct {
	Cacheable      bool     `json:"cacheable"`
	Namespace      *string  `json:"namespace" example:"menu"`
	Class          *string  `json:"class" example:"static"`
	Key            *string  `json:"key" doc:"Without whose answer it is"`
	State          string   `json:"state" enum:"fresh,stale,absent,invalid"`
	TTLLeftSeconds float64  `json:"ttl_left_seconds"`
	Tags           []string `json:"tags" doc:"What the answer shows: a change of any of it ends the answer"`
	ChangedBy      []string `json:"changed_by" doc:"The events that say so"`
	Tier           *string  `json:"tier" doc:"Where it was found: memory or redis, from where the question itself brings it into memory; null: nowhere" example:"memory"`
	LastLoadMS     *float64 `json:"last_load_ms"`
}

type explainInput struct {
	Path string `query:"path" required:"true" minLength:"1" maxLength:"500" doc:"A path of this service with its query" example:"/restaurants/2/menu"`
}

func (a *Admin) explain(ctx context.Context, in *explainInput) (*httpserver.Whole[explanation], error) {
	out := explanation{State: "absent", Tags: []string{}, ChangedBy: []string{}}
	live := a.cache.Live()
	if live == nil {
		return nil, fault.New(fault.Unavailable, "starting", "The cache has not started yet.")
	}
	operation, request, ok := live.Find(ctx, in.Path)
	if !ok {
		return nil, fault.Fields(fault.Field{Pointer: "query/path", Code: "unknown_path", Detail: "No GET route of this service has that path."})
	}
	route := a.cache.Route(operation)
	if route == nil {
		return httpserver.WholeOf(out), nil
	}
	found, err := route.Explain(ctx, requestOf(request))
	if err != nil {
		return nil, err
	}
	class, tier := string(route.Class), "memory"
	out.Cacheable, out.Namespace, out.Class, out.Key = true, &route.Namespace, &class, &in.Path
	out.State, out.TTLLeftSeconds, out.Tags, out.ChangedBy = found.State, found.Left.Seconds(), found.Tags, route.Events()
	if found.State != "absent" {
		if found.Outside {
			tier = "redis"
		}
		last := milliseconds(found.Took)
		out.Tier, out.LastLoadMS = &tier, &last
	}
	return httpserver.WholeOf(out), nil
}
