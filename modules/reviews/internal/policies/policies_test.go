package policies_test

import (
	"testing"

	"zomato/modules/cache/cachetest"
	"zomato/modules/reviews/internal/policies"
)

func TestPolicies(t *testing.T) {
	t.Parallel()
	cachetest.Policies(t, "reviews", policies.All())
}
