package policies_test

import (
	"testing"

	"zomato/modules/cache/cachetest"
	"zomato/modules/customers/internal/policies"
)

func TestPolicies(t *testing.T) {
	t.Parallel()
	cachetest.Policies(t, "customers", policies.All(nil, true))
}
