package policies_test

import (
	"testing"

	"zomato/modules/cache/cachetest"
	"zomato/modules/orders/internal/policies"
)

func TestPolicies(t *testing.T) {
	t.Parallel()
	cachetest.Policies(t, "orders", policies.All(nil))
}
