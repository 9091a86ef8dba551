package memory

import (
	"hash/maphash"
	"sync/atomic"

	"github.com/maypok86/otter/v2"

	"zomato/modules/cache/internal/core"
)

// shards is into how many groups tags are divided for Mark.
const shards = 256

// forgotten counts what was forgotten, by groups of tags.
type forgotten struct {
	seed   maphash.Seed
	counts [shards]atomic.Uint64
}

func (f *forgotten) of(tag string) *atomic.Uint64 {
	return &f.counts[maphash.String(f.seed, tag)%shards]
}

// Mark is to be taken before tokens are asked for that Learn is then given.
func (t *Tier) Mark(tags []string) (mark uint64) {
	for _, tag := range tags {
		mark += t.forgotten.of(tag).Load() // they only grow: the sum is the same only if each is
	}
	return mark
}

// Learn takes the tokens that tags have elsewhere, unless some of them may have
// been forgotten since the mark: what was asked for may be from before that.
func (t *Tier) Learn(tags []string, tokens []core.Token, mark uint64) {
	for i, tag := range tags {
		t.tokens.Compute(tag, func(core.Token, bool) (core.Token, otter.ComputeOp) {
			if t.Mark(tags) != mark {
				return core.Token{}, otter.CancelOp
			}
			return tokens[i], otter.WriteOp
		})
	}
}

// Forget leaves tags without tokens: they have others elsewhere.
func (t *Tier) Forget(tags []string) {
	for _, tag := range tags {
		t.forgotten.of(tag).Add(1)
		t.tokens.Invalidate(tag)
	}
}
