package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/fx"

	"zomato/modules/cache"
	"zomato/platform/testkit"
)

// lack is a change that the cache is not told of.
type lack struct{ kind, event string }

// needless are changes that no answer needs, with the reason why they are there
// all the same.
func needless() map[lack]string { return map[lack]string{} }

// decorated is an option that gives the application other policies.
func decorated(change func([]cache.Policy) []cache.Policy) fx.Option {
	return fx.Decorate(fx.Annotate(change, fx.ParamTags(`group:"cache.policies"`), fx.ResultTags(`group:"cache.policies"`)))
}

// lackOf takes one change away from its kind.
func lackOf(l lack) fx.Option {
	return decorated(func(all []cache.Policy) []cache.Policy {
		kinds := map[*cache.Kind]*cache.Kind{}
		other := func(k *cache.Kind) *cache.Kind {
			if k.Name() != l.kind {
				return k
			}
			if kinds[k] == nil {
				rest := slices.DeleteFunc(slices.Clone(k.Changes()), func(c cache.Change) bool { return c.Event() == l.event })
				kinds[k] = cache.NewKind(k.Name(), rest...)
			}
			return kinds[k]
		}
		out := slices.Clone(all)
		for i, p := range out {
			out[i].Tags = slices.Clone(p.Tags)
			for n := range p.Tags {
				out[i].Tags[n].Kind = other(p.Tags[n].Kind)
			}
			if p.Related != nil {
				out[i].Related = otherRelation(*p.Related, other)
			}
		}
		return out
	})
}

func otherRelation(r cache.Relation, other func(*cache.Kind) *cache.Kind) *cache.Relation {
	find := r.Find
	r.Kinds = slices.Clone(r.Kinds)
	for i := range r.Kinds {
		r.Kinds[i] = other(r.Kinds[i])
	}
	r.Find = func(ctx context.Context, of cache.Params) ([]cache.Named, error) {
		tags, err := find(ctx, of)
		for i := range tags {
			tags[i].Kind = other(tags[i].Kind)
		}
		return tags, err
	}
	return &r
}

// changeable gives, for each change of each kind, the operations that it concerns.
func changeable(policies []cache.Policy) map[lack][]string {
	out := map[lack][]string{}
	for _, p := range policies {
		var kinds []*cache.Kind
		for _, tag := range p.Tags {
			kinds = append(kinds, tag.Kind)
		}
		if p.Related != nil {
			kinds = append(kinds, p.Related.Kinds...)
		}
		for _, kind := range kinds {
			for _, c := range kind.Changes() {
				l := lack{kind.Name(), c.Event()}
				out[l] = append(out[l], p.Operation)
			}
		}
	}
	return out
}

// keptPolicies are those of the whole application.
func keptPolicies(t *testing.T) (policies []cache.Policy) {
	t.Helper()
	servingWith(t, moduleTable(), []fx.Option{
		fx.Invoke(fx.Annotate(func(all []cache.Policy) { policies = all }, fx.ParamTags(`group:"cache.policies"`))),
	}, "DATABASE_URL="+testkit.SQLite(t))
	return policies
}

// TestGate_matrix_breaks takes every change away once: that has to make an answer
// stale, or else the matrix is blind there, or nobody needs the change. In the
// short form only some are taken away.
func TestGate_matrix_breaks(t *testing.T) {
	t.Parallel()
	all := changeable(keptPolicies(t))
	lacks := slices.SortedFunc(maps.Keys(all), func(a, b lack) int { return strings.Compare(a.kind+a.event, b.kind+b.event) })
	for i, l := range lacks {
		if !gatesAreFull() && i%13 != 0 {
			continue
		}
		t.Run(l.kind+" without "+l.event, func(t *testing.T) {
			t.Parallel()
			looks := slices.DeleteFunc(matrixLooks(), func(k look) bool { return !slices.Contains(all[l], k.operation) })
			m := newMatrix(t, testkit.SQLite(t), looks, lackOf(l))
			m.runUntilStale()
			if reason, known := needless()[l]; known {
				assert.Empty(t, m.stale, "it is needed: take it out of needless (%s)", reason)
				return
			}
			require.NotEmpty(t, m.stale, "no answer needs that %s ends with %s: take the change away, or let the matrix look there", l.kind, l.event)
		})
	}
	for l := range needless() {
		require.Contains(t, all, l, fmt.Sprint(l))
	}
}

// runUntilStale makes changes until an answer is not as it should be.
func (m *matrix) runUntilStale() {
	for _, c := range matrixChanges() {
		if len(m.stale) == 0 {
			c.make(m)
			m.compare(c.String(), m.looks)
		}
	}
}
