package customerstest_test

import (
	"context"
	"testing"
	"time"

	"zomato/modules/customers"
	"zomato/modules/customers/customerstest"
)

func TestFake_keeps_the_contract(t *testing.T) {
	t.Parallel()
	asha := customers.Customer{ID: 7, Name: "Asha Rao", Email: "asha@example.com", IsActive: true, CreatedAt: time.UnixMilli(1).UTC(), Version: 1}
	write := func(ctx context.Context, fn func(context.Context) error) error { return fn(ctx) }
	customerstest.RunSuite(t, customerstest.Subject{Service: customerstest.New(asha), Write: write, Known: asha, Erased: 8})
}
