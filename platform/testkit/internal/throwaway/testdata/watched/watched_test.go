// Package watched_test is run by the testkit's own tests as a process of its
// own, to see what happens to the servers it starts.
package watched_test

import (
	"testing"

	"zomato/platform/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestRedis(t *testing.T) { t.Log("at " + testkit.Redis(t)) }

func TestBoth(t *testing.T) {
	t.Log("at " + testkit.Redis(t))
	t.Log("at " + testkit.Postgres(t))
}

func TestFails(t *testing.T) {
	TestRedis(t)
	t.Fail()
}

func TestPanics(t *testing.T) {
	TestBoth(t)
	panic("on purpose")
}
