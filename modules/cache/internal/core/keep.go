package core

import (
	"context"
	"math/rand/v2"
	"time"

	"go.uber.org/zap"

	"zomato/modules/cache"
)

// terms are those of an answer.
func (r *Route) terms(a *Answer) cache.Terms {
	terms := r.Terms
	if a.Settled && r.Settled != nil {
		terms = *r.Settled
	}
	if a.Absent != nil {
		terms.TTL, terms.Grace = min(terms.TTL, absentTTL), 0
	}
	return terms
}

// keep stores an answer, if its terms allow it and nothing has changed since it
// began to load. When something changes between the look and the store, the
// entry has the old tokens and is never served.
func (r *Route) keep(key string, o *outcome) {
	ctx, cancel := context.WithTimeout(r.cache.base, loadTimeout)
	defer cancel()
	e := r.entry(o)
	switch {
	case e == nil:
		return
	case e.Size(key) > largest:
		r.space.TooLarge.Add(1)
		return
	case !r.stands(ctx, o, false):
		o.kept = true // it would have been
		r.space.Refused.Add(1)
		return
	}
	o.kept = true
	if err := r.cache.Tier.Set(ctx, key, e); err != nil {
		r.space.Errors.Add(1)
		r.cache.Log.Debug("an answer could not be kept", zap.String("namespace", r.Namespace), zap.Error(err))
		return
	}
	r.space.Sets.Add(1)
}

// entry makes the entry of an answer, or nil when it must not be kept.
func (r *Route) entry(o *outcome) *Entry {
	began := o.began
	terms := r.terms(o.answer)
	if terms.Strict && !o.strict {
		return nil
	}
	ttl := time.Duration(float64(terms.TTL) * (1 + jitter*(2*rand.Float64()-1))) //nolint:gosec // spreads loads, keeps no secret
	e := &Entry{
		Answer: o.answer, Namespace: r.Namespace, Tags: o.tags, Tokens: o.tokens, Took: o.took, Strict: terms.Strict,
		Stored: began, Renew: began.Add(time.Duration(renewAt * float64(ttl))), Fresh: began.Add(ttl), Grace: began.Add(ttl + terms.Grace),
	}
	if until := o.answer.ValidUntil; !until.IsZero() {
		if !began.Before(until) {
			return nil
		}
		for _, at := range []*time.Time{&e.Renew, &e.Fresh, &e.Grace} {
			if until.Before(*at) {
				*at = until
			}
		}
	}
	return e
}
