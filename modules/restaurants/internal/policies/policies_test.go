package policies_test

import (
	"testing"

	"zomato/modules/cache/cachetest"
	"zomato/modules/restaurants/internal/policies"
)

func TestPolicies(t *testing.T) {
	t.Parallel()
	cachetest.Policies(t, "restaurants", policies.All())
}
