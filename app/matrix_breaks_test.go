package main

import (
	"context"
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

// lack is what the cache is not told of: that an event changes things of a kind,
// or, with an operation instead of the event, that its answers show the kind.
type lack struct{ kind, event, operation string }

// String says what is lacking.
func (l lack) String() string {
	if l.operation != "" {
		return l.operation + " without " + l.kind
	}
	return l.kind + " without " + l.event
}

// needless are changes and tags that no answer needs, with the reason why they
// are there all the same.
func needless() map[lack]string { return map[lack]string{} }

// lackOf takes one of them away.
func lackOf(l lack) fx.Option {
	return fx.Decorate(fx.Annotate(func(all []cache.Policy) []cache.Policy {
		kinds := map[*cache.Kind]*cache.Kind{}
		other := func(k *cache.Kind) *cache.Kind {
			if k.Name() != l.kind {
				return k
			}
			if kinds[k] == nil && l.operation != "" {
				kinds[k] = cache.NewKind("matrix.nothing")
			} else if kinds[k] == nil {
				rest := slices.DeleteFunc(slices.Clone(k.Changes()), func(c cache.Change) bool { return c.Event() == l.event })
				kinds[k] = cache.NewKind(k.Name(), rest...)
			}
			return kinds[k]
		}
		out := slices.Clone(all)
		for i, p := range out {
			if l.operation == "" || l.operation == p.Operation {
				out[i] = withOther(p, other)
			}
		}
		return out
	}, fx.ParamTags(`group:"cache.policies"`), fx.ResultTags(`group:"cache.policies"`)))
}

// withOther gives a policy with other kinds in the place of its own.
func withOther(p cache.Policy, other func(*cache.Kind) *cache.Kind) cache.Policy {
	p.Tags = slices.Clone(p.Tags)
	for i := range p.Tags {
		p.Tags[i].Kind = other(p.Tags[i].Kind)
	}
	if p.Related == nil {
		return p
	}
	r := *p.Related
	r.Kinds = slices.Clone(r.Kinds)
	for i := range r.Kinds {
		r.Kinds[i] = other(r.Kinds[i])
	}
	r.Find = func(ctx context.Context, of cache.Params) ([]cache.Named, error) {
		tags, err := p.Related.Find(ctx, of)
		for i := range tags {
			tags[i].Kind = other(tags[i].Kind)
		}
		return tags, err
	}
	out := p
	out.Related = &r
	return out
}

// lacks gives what can be taken away, with the operations that it concerns.
func lacks(policies []cache.Policy) map[lack][]string {
	out := map[lack][]string{}
	for _, p := range policies {
		for _, kind := range p.Kinds() {
			for _, c := range kind.Changes() {
				l := lack{kind: kind.Name(), event: c.Event()}
				out[l] = append(out[l], p.Operation)
			}
			out[lack{kind: kind.Name(), operation: p.Operation}] = []string{p.Operation}
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

// TestGate_matrix_breaks takes everything away once that the cache is told: that
// has to make an answer stale, or else the matrix is blind there, or nobody needs
// it. The short form takes some away. On Postgres, where there may be other
// instances, strict answers are not kept.
func TestGate_matrix_breaks(t *testing.T) {
	t.Parallel()
	policies := keptPolicies(t)
	strict := map[string]bool{}
	for _, p := range policies {
		strict[p.Operation] = p.Strict
	}
	all := lacks(policies)
	byName := func(a, b lack) int { return strings.Compare(a.String(), b.String()) }
	chosen := slices.SortedFunc(maps.Keys(all), byName)
	if !gatesAreFull() {
		var some []lack
		for part := range slices.Chunk(chosen, 17) {
			some = append(some, part[0])
		}
		chosen = some
	}
	t.Logf("%d of %d are taken away", len(chosen), len(all))
	for _, l := range chosen {
		t.Run(l.String(), func(t *testing.T) {
			t.Parallel()
			requireStale(t, testkit.SQLite(t), l, all[l])
			kept := slices.DeleteFunc(slices.Clone(all[l]), func(operation string) bool { return strict[operation] })
			if gatesAreFull() && len(kept) > 0 {
				requireStale(t, testkit.Postgres(t), l, kept)
			}
		})
	}
	for l := range needless() {
		require.Contains(t, all, l, l.String())
	}
}

// requireStale holds that some answers are stale where that is lacking.
func requireStale(t *testing.T, url string, l lack, operations []string) {
	t.Helper()
	looks := slices.DeleteFunc(matrixLooks(), func(k look) bool { return !slices.Contains(operations, k.operation) })
	m := newMatrix(t, []string{"DATABASE_URL=" + url}, looks, lackOf(l))
	for _, c := range matrixChanges() {
		if len(m.stale) == 0 {
			c.make(m)
			m.compare(c.String(), m.looks)
		}
	}
	if reason, known := needless()[l]; known {
		assert.Empty(t, m.stale, "it is needed: take it out of needless (%s)", reason)
		return
	}
	assert.NotEmpty(t, m.stale, "no answer needs this: take it out of the policies, or let the matrix look at what shows it")
}
