package httpapi

import (
	"context"
	"math"
	"time"

	"zomato/modules/cache/internal/core"
	"zomato/modules/cache/internal/counts"
	"zomato/platform/httpserver"
)

// redisState is how it is with Redis.
type redisState struct {
	Status    string   `json:"status" enum:"up,down,absent" doc:"absent is an ordinary state: answers are kept in memory"`
	LatencyMS *float64 `json:"latency_ms"`
	Version   *string  `json:"version"`
	LastError *string  `json:"last_error"`
}

// MemoryState is how full the memory is.
type MemoryState struct {
	Entries    int64 `json:"entries"`
	Bytes      int64 `json:"bytes"`
	LimitBytes int64 `json:"limit_bytes"`
}

// healthState is the body of GET /cache/health.
type healthState struct {
	Status        string      `json:"status" enum:"ok,degraded"`
	Redis         redisState  `json:"redis"`
	Memory        MemoryState `json:"memory"`
	Breaker       string      `json:"breaker" enum:"closed,open,half-open" doc:"Whether Redis is asked; closed is yes"`
	OutboxPending *int64      `json:"outbox_pending" doc:"Changes that are still to be made known; null when the database does not say"`
}

func (a *Admin) health(ctx context.Context, _ *struct{}) (*httpserver.Whole[healthState], error) {
	usage := a.cache.Tier.Usage()
	shared := a.cache.Tier.Shared()
	state := healthState{
		Status: "ok", Redis: redisOf(shared), Breaker: shared.Breaker,
		Memory: MemoryState{Entries: usage.Entries, Bytes: usage.Bytes, LimitBytes: usage.Limit},
	}
	if live := a.cache.Live(); live != nil {
		if pending, err := live.Pending(ctx); err == nil {
			state.OutboxPending = &pending
		}
	}
	if state.OutboxPending == nil || shared.Status == core.Down {
		state.Status = "degraded"
	}
	return httpserver.WholeOf(state), nil
}

// redisOf leaves out what is not known.
func redisOf(s core.Shared) redisState {
	state := redisState{Status: string(s.Status)}
	if s.Status == core.Up {
		latency := milliseconds(s.Latency)
		state.LatencyMS = &latency
	}
	if s.Version != "" {
		state.Version = &s.Version
	}
	if s.LastError != "" {
		state.LastError = &s.LastError
	}
	return state
}

// namespaceStats is a row of GET /cache/stats/namespaces.
type namespaceStats struct {
	Namespace  string `json:"namespace" example:"menu"`
	Class      string `json:"class" example:"static"`
	TTLSeconds int64  `json:"ttl_seconds" doc:"The shortest, where its answers differ"`
	Counts
}

// Counts are the numbers of a row.
type Counts struct {
	Keys          int64    `json:"keys" doc:"In the memory of this instance"`
	Hits          int64    `json:"hits"`
	MemoryHits    int64    `json:"memory_hits" doc:"Those of the hits whose answer was in memory, also where Redis was asked whether it still holds"`
	RedisHits     int64    `json:"redis_hits" doc:"Those that were fetched from Redis"`
	Misses        int64    `json:"misses"`
	HitRatio      *float64 `json:"hit_ratio" doc:"hits / (hits + misses)"`
	Stale         int64    `json:"stale" doc:"Old answers that were served because loading failed"`
	Bypasses      int64    `json:"bypasses" doc:"Answers that were loaded because the client wanted that, or that must not be kept"`
	AbsentHits    int64    `json:"not_found_hits" doc:"Those of the hits that said that there is no such record"`
	Loads         int64    `json:"loads"`
	LoadMS        *float64 `json:"load_ms" doc:"The mean of the loads"`
	Coalesced     int64    `json:"coalesced" doc:"Requests that waited for the load of another one"`
	Sets          int64    `json:"sets"`
	RefusedSets   int64    `json:"refused_sets" doc:"Answers that something had changed of while they were loaded"`
	TooLarge      int64    `json:"too_large"`
	Invalidations int64    `json:"invalidations"`
	Errors        int64    `json:"errors"`
	Bytes         int64    `json:"bytes" doc:"In the memory of this instance"`
}

// Scope says whose counts they are.
type Scope struct {
	Scope string    `json:"scope" enum:"instance,cluster" doc:"cluster: of all instances that share a Redis; instance: of the one that answers"`
	AsOf  time.Time `json:"as_of" doc:"When the counts of the other instances were added up. Those of the one that answers are always of this moment"`
}

// counted gives the counts with whose they are.
func (a *Admin) counted() (counts.Set, Scope) {
	set, asOf, all := a.cache.Counts()
	if all {
		return set, Scope{"cluster", asOf.UTC()}
	}
	return set, Scope{"instance", asOf.UTC()}
}

// statsState is the body of GET /cache/stats/namespaces.
type statsState struct {
	Scope
	Namespaces []namespaceStats `json:"namespaces"`
	Totals     Counts           `json:"totals"`
}

func (a *Admin) stats(context.Context, *struct{}) (*httpserver.Whole[statsState], error) {
	set, scope := a.counted()
	state := statsState{Scope: scope, Namespaces: []namespaceStats{}}
	usage := a.cache.Tier.Usage()
	var shown core.Use
	var total counts.Values
	for _, ns := range a.cache.Namespaces() {
		use, values := usage.ByNamespace[ns.Name()], set.Of(ns.Name())
		shown, total = core.Use{Entries: shown.Entries + use.Entries, Bytes: shown.Bytes + use.Bytes}, *total.Plus(values)
		state.Namespaces = append(state.Namespaces, namespaceStats{
			Namespace: ns.Name(), Class: ns.Class(), TTLSeconds: int64(ns.TTL() / time.Second), Counts: countsOf(values, use),
		})
	}
	state.Totals = countsOf(&total, shown)
	return httpserver.WholeOf(state), nil
}

func countsOf(v *counts.Values, use core.Use) Counts {
	c := Counts{
		Keys: use.Entries, Bytes: use.Bytes,
		Hits: v.Hits(), MemoryHits: v.MemoryHits, RedisHits: v.OutsideHits, Misses: v.Misses, Stale: v.Stale, Bypasses: v.Bypasses,
		AbsentHits: v.AbsentHits, Loads: v.Loads, Coalesced: v.Coalesced,
		Sets: v.Sets, RefusedSets: v.Refused, TooLarge: v.TooLarge,
		Invalidations: v.Invalidations, Errors: v.Errors,
		HitRatio: ratio(v.Ratio()),
	}
	if c.Loads > 0 {
		mean := milliseconds(time.Duration(v.LoadTime / c.Loads))
		c.LoadMS = &mean
	}
	return c
}

// ratio is the share of hits, to four decimals; nil when nobody has asked.
func ratio(r counts.Ratio) *float64 {
	if r.Hits+r.Misses == 0 {
		return nil
	}
	share := math.Round(10_000*float64(r.Hits)/float64(r.Hits+r.Misses)) / 10_000
	return &share
}

// milliseconds gives a duration to the microsecond.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// memoryUse is the body of GET /cache/memory-usage.
type memoryUse struct {
	Memory struct {
		MemoryState
		ByNamespace []namespaceUse `json:"by_namespace"`
	} `json:"memory"`
	Redis *redisUse `json:"redis" doc:"null: there is no Redis"`
}

// namespaceUse is what a namespace takes.
type namespaceUse struct {
	Namespace string `json:"namespace" example:"menu"`
	Entries   int64  `json:"entries"`
	Bytes     int64  `json:"bytes"`
}

// redisUse is what there is in Redis.
type redisUse struct {
	UsedMemory  int64          `json:"used_memory"`
	MaxMemory   int64          `json:"maxmemory"`
	ByNamespace []namespaceUse `json:"by_namespace" doc:"Of what was looked at"`
	Sampled     int64          `json:"sampled" doc:"How many keys were looked at"`
	_           struct{}       `nullable:"true"`
}

func (a *Admin) memory(context.Context, *struct{}) (*httpserver.Whole[memoryUse], error) {
	usage, shared := a.cache.Tier.Usage(), a.cache.Tier.Shared()
	var out memoryUse
	out.Memory.MemoryState = MemoryState{Entries: usage.Entries, Bytes: usage.Bytes, LimitBytes: usage.Limit}
	out.Memory.ByNamespace = a.uses(usage.ByNamespace)
	if shared.Status == core.Up {
		out.Redis = &redisUse{
			UsedMemory: shared.Used, MaxMemory: shared.Limit, Sampled: shared.Sampled, ByNamespace: a.uses(shared.ByNamespace),
		}
	}
	return httpserver.WholeOf(out), nil
}

// uses gives all namespaces in their order.
func (a *Admin) uses(found map[string]core.Use) []namespaceUse {
	uses := []namespaceUse{}
	for _, ns := range a.cache.Namespaces() {
		use := found[ns.Name()]
		uses = append(uses, namespaceUse{ns.Name(), use.Entries, use.Bytes})
	}
	return uses
}
