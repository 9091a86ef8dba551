// Package cachetest is what other teams test their policies with.
//
// team: cache
package cachetest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"zomato/modules/cache"
)

// Policies holds the policies of a module against what the cache asks of them:
// each operation once, tags that some event ends, kinds that are named after the
// module and not by two, terms that make sense. What it cannot see is whether an
// event is missing: for that the application has its matrix.
func Policies(t *testing.T, module string, all []cache.Policy) {
	t.Helper()
	operations, kinds := map[string]bool{}, map[string]*cache.Kind{}
	for _, p := range all {
		assert.False(t, operations[p.Operation], "%s has two policies", p.Operation)
		operations[p.Operation] = true
		assert.NotEmpty(t, p.Namespace, p.Operation)
		assert.NotEmpty(t, p.Tags, "%s: nothing could end its answers", p.Operation)
		checkTerms(t, p.Operation, p.Terms)
		if p.Settled != nil {
			checkTerms(t, p.Operation, *p.Settled)
		}
		assert.False(t, p.Warm == nil && len(p.Through) > 0, "%s: Through loads what Warm names", p.Operation)
		for _, kind := range p.Kinds() {
			assert.True(t, strings.HasPrefix(kind.Name(), module+"."), "%s: the kind %s is named after its module", p.Operation, kind.Name())
			assert.NotEmpty(t, kind.Changes(), "%s: no event changes %s", p.Operation, kind.Name())
			if other := kinds[kind.Name()]; other != nil {
				assert.Same(t, other, kind, "two kinds are called %s", kind.Name())
			}
			kinds[kind.Name()] = kind
		}
	}
}

func checkTerms(t *testing.T, operation string, terms cache.Terms) {
	t.Helper()
	assert.Positive(t, terms.TTL, operation)
	assert.NotEmpty(t, terms.Class, operation)
	assert.False(t, terms.Strict && terms.Grace > 0, "%s: what is strict is not served when it may be old", operation)
}
