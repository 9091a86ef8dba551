package core

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"zomato/modules/cache"
	"zomato/platform/fault"
)

// Loader makes an answer from its source.
type Loader func(ctx context.Context) (*Answer, error)

// Request is what is asked of a route.
type Request struct {
	Key string
	// Param gives the parameters of the path as ids.
	Param cache.Params
	// Refresh asks for an answer that is loaded now, and kept.
	Refresh bool
}

// State is where an answer comes from: the value of X-Cache.
type State string

// The states.
const (
	Hit    State = "HIT"
	Miss   State = "MISS"
	Stale  State = "STALE"
	Bypass State = "BYPASS"
	// hitOutside is what Served is told of a Hit that came from outside the process.
	hitOutside State = "HIT_OUTSIDE"
)

// Result is an answer with where it comes from.
type Result struct {
	*Answer

	State State
	Age   time.Duration
	// Outside says that a Hit has come from outside the process for this request.
	Outside bool
}

// Route keeps the answers of one operation.
type Route struct {
	cache.Policy

	cache *Cache
	space *Namespace
	// fixed are the tags that are the same for each answer; then come those of
	// Policy.Tags that the path names.
	fixed []string
	named []cache.Tag
}

func newRoute(c *Cache, ns *Namespace, p cache.Policy) *Route {
	r := &Route{Policy: p, cache: c, space: ns, fixed: []string{namespaceTag(p.Namespace)}}
	for _, tag := range p.Tags {
		if tag.Parameter == "" {
			r.fixed = append(r.fixed, tag.Kind.Named(0).String())
		} else {
			r.named = append(r.named, tag)
		}
	}
	return r
}

// Hit gives an answer that may be served at once, with how long it has been
// kept. Now and then it chooses a request for some work and answers false, as it
// does where nothing is kept: Answer goes on.
func (r *Route) Hit(key string) (*Answer, time.Duration, bool) {
	now := r.cache.Now()
	if !r.cache.hears(now) { // which may forget something
		return nil, 0, false
	}
	e, current, err := r.cache.Tier.Near(r.cache.base, key)
	switch {
	case err != nil || e == nil || !current || !now.Before(e.Fresh):
		return nil, 0, false
	case !now.Before(e.Renew) && e.claimed.CompareAndSwap(nothing, renewing):
		return nil, 0, false
	case r.cache.chooses() && e.claimed.CompareAndSwap(nothing, checking):
		return nil, 0, false
	}
	if e.Absent != nil {
		r.space.AbsentHits.Add(1)
	}
	return e.Answer, now.Sub(e.Stored), true
}

// Answer answers what Hit did not. The error is that of the loader, or of ctx.
func (r *Route) Answer(ctx context.Context, q Request, load Loader) (Result, error) {
	switch {
	case q.Refresh:
		o := r.load(q, load)
		return Result{Answer: o.answer, State: Bypass}, o.err
	case !r.shared(): // a load that began before would be as bad as an old answer
		o := r.load(q, load)
		if o.err != nil {
			return r.rescue(ctx, q, o.err)
		}
		return Result{Answer: o.answer, State: o.state()}, nil
	}
	before := r.cache.Tier.Peek(q.Key)
	if e := r.fresh(ctx, q); e != nil {
		r.work(e, q, load)
		return r.hit(e), nil
	}
	o, err := r.fly(ctx, q, func() *outcome {
		if e := r.landed(ctx, q, before); e != nil {
			return &outcome{answer: e.Answer, tags: e.Tags, tokens: e.Tokens, strict: e.Strict, began: e.Stored, found: e}
		}
		return r.load(q, load)
	})
	switch {
	case err != nil:
		return r.rescue(ctx, q, err)
	case o.found != nil:
		return r.hit(o.found), nil
	}
	return Result{Answer: o.answer, State: o.state()}, nil
}

// hit answers with an entry.
func (r *Route) hit(e *Entry) Result {
	return Result{Answer: e.Answer, State: Hit, Age: r.cache.Now().Sub(e.Stored), Outside: e.arrives()}
}

// landed gives what another flight has brought since a request has looked and seen
// the entry before, or nil.
func (r *Route) landed(ctx context.Context, q Request, before *Entry) *Entry {
	if r.cache.Tier.Peek(q.Key) == before {
		return nil
	}
	return r.fresh(context.WithoutCancel(ctx), q)
}

// shared tells whether several requests may share one load.
func (r *Route) shared() bool { return !r.Strict || r.cache.Tier.Strict() }

// fresh gives what may be served under a key, or nil.
func (r *Route) fresh(ctx context.Context, q Request) *Entry {
	now := r.cache.Now()
	if !r.cache.hears(now) {
		return nil
	}
	e, current, err := r.cache.Tier.Get(ctx, q.Key, r.tagsOf(q))
	if err != nil {
		r.space.Errors.Add(1)
		return nil
	}
	if e == nil || !current || !now.Before(e.Fresh) {
		return nil
	}
	return e
}

// rescue answers with what is kept beyond its time, when loading has failed and
// nothing says that it has changed.
func (r *Route) rescue(ctx context.Context, q Request, cause error) (Result, error) {
	if !isFailure(cause) {
		return Result{}, cause
	}
	e, current, err := r.cache.Tier.Get(context.WithoutCancel(ctx), q.Key, r.tagsOf(q))
	if now := r.cache.Now(); err == nil && e != nil && current && e.Absent == nil && now.Before(e.Grace) {
		return Result{Answer: e.Answer, State: Stale, Age: now.Sub(e.Stored)}, nil
	}
	return Result{}, cause
}

// isFailure tells an error that is ours from a refusal.
func isFailure(err error) bool {
	refusal, ok := fault.As(err)
	return !ok || refusal.Kind == fault.Unavailable || refusal.Kind == fault.Internal
}

// outcome is what a load has come to.
type outcome struct {
	answer *Answer
	err    error
	// tags and tokens are those that the answer depends on, from before.
	tags   []string
	tokens []Token
	began  time.Time
	took   time.Duration
	// strict says that no other process can change it without its tokens.
	strict bool
	// keepable says that all its tags are known, kept that its terms allow it.
	keepable, kept bool
	// found is the entry that made a load needless.
	found *Entry
}

// state is that of a request that waited for the load.
func (o *outcome) state() State {
	if o.kept {
		return Miss
	}
	return Bypass
}

// over tells whether the answer has become wrong by itself.
func (o *outcome) over(now time.Time) bool {
	return o.answer != nil && !o.answer.ValidUntil.IsZero() && !now.Before(o.answer.ValidUntil)
}

// tries is how often a request joins the load of another one.
const tries = 3

// fly loads, or joins a request that loads the same already. What began before
// this request is good enough only if nothing has changed until it was done.
func (r *Route) fly(ctx context.Context, q Request, load func() *outcome) (*outcome, error) {
	arrived := r.cache.Now()
	for range tries {
		mine := false
		flight := r.cache.flights.DoChan(q.Key, func() (any, error) {
			mine = true
			return load(), nil
		})
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case landed := <-flight:
			o, ok := landed.Val.(*outcome)
			if !ok {
				return nil, landed.Err
			}
			if mine {
				return o, o.err
			}
			r.space.Coalesced.Add(1)
			if r.stands(ctx, o, r.Strict) && r.knows(o, arrived) && !o.over(r.cache.Now()) {
				return o, o.err
			}
		}
	}
	o := load() // others change it faster than it loads
	return o, o.err
}

// knows tells whether a load that a request has joined may show it all that others
// had changed a moment before it arrived: nobody may have said so yet.
func (r *Route) knows(o *outcome, arrived time.Time) bool {
	return o.err != nil || arrived.Sub(o.began) < deaf || r.cache.hears(r.cache.Now())
}

// stands tells whether nothing has changed since before a load began, strictly or
// as far as is known here.
func (r *Route) stands(ctx context.Context, o *outcome, strict bool) bool {
	if len(o.tokens) < len(o.tags) {
		return false
	}
	present, err := r.cache.Tier.Tokens(ctx, o.tags)
	return err == nil && (present.Strict || !strict) && (&Entry{Tokens: o.tokens}).Current(present.Tokens)
}

// load loads an answer and keeps it, if it may be kept.
func (r *Route) load(q Request, load Loader) *outcome {
	o := r.read(q, load)
	if o.err != nil {
		return o
	}
	r.space.loaded(o.took)
	if o.keepable {
		r.keep(q.Key, o)
	}
	return o
}

// read loads an answer. It has a time of its own, since others may wait for it
// when the request that began it has ended.
func (r *Route) read(q Request, load Loader) (o *outcome) {
	ctx, cancel := context.WithTimeout(r.cache.base, loadTimeout)
	defer cancel()
	// A loader that does not heed the time must not hold up others for ever.
	defer context.AfterFunc(ctx, func() { r.cache.flights.Forget(q.Key) })()
	o = &outcome{}
	defer func() {
		if cause := recover(); cause != nil {
			o.answer, o.err = nil, fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
			r.space.Errors.Add(1)
		}
	}()
	if o.err = r.space.loading.Acquire(ctx, 1); o.err != nil {
		return o
	}
	defer r.space.loading.Release(1)
	related, err := r.tokens(ctx, q, o)
	if err != nil {
		o.err = err
		return o
	}
	began := r.cache.Now()
	o.answer, o.err = load(ctx)
	if o.err == nil && o.answer == nil {
		o.err = errNoAnswer
	}
	if o.err != nil {
		if isFailure(o.err) {
			r.space.Errors.Add(1)
		}
		return o
	}
	o.began, o.took = began, r.cache.Now().Sub(began)
	o.keepable = len(o.tokens) == len(o.tags) && (o.answer.Absent != nil || related)
	return o
}

// tagsOf names the tags that a request's path tells.
func (r *Route) tagsOf(q Request) []string {
	tags := append(make([]string, 0, len(r.fixed)+len(r.named)+2), r.fixed...)
	for _, tag := range r.named {
		tags = append(tags, tag.Kind.Named(q.Param(tag.Parameter)).String())
	}
	return tags
}

// tokens notes the tags and their tokens. Where some of these cannot be had, the
// answer is not kept. Related is false when the record that they are found by does
// not exist: then only that may be kept.
func (r *Route) tokens(ctx context.Context, q Request, o *outcome) (related bool, err error) {
	o.tags, o.strict = r.tagsOf(q), true
	r.take(ctx, o, o.tags)
	if r.Related == nil || len(o.tokens) < len(o.tags) {
		return true, nil
	}
	found, err := r.Related.Find(ctx, q.Param)
	if fault.IsKind(err, fault.NotFound) {
		return false, nil
	}
	if err != nil || len(found) == 0 {
		return true, err
	}
	var more []string
	for _, tag := range found {
		more = append(more, tag.String())
	}
	o.tags = append(o.tags, more...)
	r.take(ctx, o, more)
	return true, nil
}

// take notes the present tokens of tags. What keeps them may fail: the answer is
// loaded all the same.
func (r *Route) take(ctx context.Context, o *outcome, tags []string) {
	taken, err := r.cache.Tier.Tokens(ctx, tags)
	switch {
	case err == nil:
		o.tokens, o.strict = append(o.tokens, taken.Tokens...), o.strict && taken.Strict
	case !errors.Is(err, ErrChanging):
		r.space.Errors.Add(1)
	}
}

// errNoAnswer is what a loader must not give.
var errNoAnswer = errors.New("the loader gave neither an answer nor an error")
