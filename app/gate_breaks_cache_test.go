package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// replacementsOfCache break what instances that share a Redis rest on
// (docs/adr/0023).
func replacementsOfCache() []replacement {
	const tier = "../modules/cache/internal/tiers/tiers.go"
	return []replacement{
		{tier, "	if t.writesToRedis() {\n		err := t.redis.Announce(", "	if broken(\"announce\") {\n		return nil\n	}\n	if t.writesToRedis() {\n		err := t.redis.Announce("},
		{tier, "	return t.apart(ctx)\n", "	if broken(\"apart\") {\n		return nil\n	}\n	return t.apart(ctx)\n"},
		{tier, "	p := t.place.Load()\n	p.memory.Forget(tags)\n	if t.redis == nil ||", "	if bumpsLate(t.told.has(event)) {\n		return nil\n	}\n	p := t.place.Load()\n	p.memory.Forget(tags)\n	if broken(\"tell\") || t.redis == nil ||"},
		{tier, "!seen.Changing && e.Current(seen.Tokens) &&", "!seen.Changing && (broken(\"compare\") || e.Current(seen.Tokens)) &&"},
	}
}

// brokenTier is what the replaced lines call.
//
//	announce: a change is not made known before its commit.
//	apart:    nor is it, by who cannot reach Redis, in the database.
//	tell:     Redis is not told after the commit; bump: nobody is.
//	compare:  tokens are not compared with those in Redis.
//	late:     nothing is broken, but there is time between commit and bump.
const brokenTier = `package tiers

import (
	"os"
	"time"
)

func broken(name string) bool { return os.Getenv("BREAK") == name }

// What is known to be told comes from the outbox, whose reader must not fall behind.
func bumpsLate(told bool) (never bool) {
	if !told && (broken("announce") || broken("late")) {
		time.Sleep(30 * time.Millisecond)
	}
	return broken("bump")
}
`

// A gate that has never been seen to fail proves nothing.
func TestGate_linearisable_notices_what_is_broken(t *testing.T) {
	t.Parallel()
	cutOff := nemesesOfOne()[:1]
	for name, happens := range map[string][]nemesis{"announce": nil, "compare": nil, "apart": append(cutOff, cutOff...)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var violations []string
			for try := 0; try < 5 && !kindsOf(violations)["stale"]; try++ { // it takes a hit at the right moment
				_, violations = watch(t, brokenProduct(t), 1, 2_000, happens, "BREAK="+name)
			}
			require.Contains(t, kindsOf(violations), "stale")
			t.Log(violations[len(violations)-1])
		})
	}
}

// Between commit and bump others see what is new in the database: if they ever saw
// what is old in the cache, they would now.
func TestGate_linearisable_however_long_it_takes_to_tell(t *testing.T) {
	t.Parallel()
	_, violations := watch(t, brokenProduct(t), 1, 3_000, nil, "BREAK=late")
	require.Empty(t, violations)
}

func TestGate_two_instances_notices_what_is_broken(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]string{"bump": "own", "tell": "slow"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := following(t, brokenProduct(t), 60, "BREAK="+name)
			require.Contains(t, kindsOf(p.violations), kind, "%v", p.violations)
		})
	}
}
