package sqlstore_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/modules/customers"
	"zomato/platform/fault"
	"zomato/platform/paging"
	"zomato/platform/testkit"
)

// since is when customers came; the clock of these tests begins in 1970.
func since() time.Time { return time.Date(1969, 12, 24, 18, 0, 0, 1_000_000, time.UTC) }

func TestImported_customers_are_as_if_they_had_been_created_then(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		w := open(t, url)
		email := " asha@example.com "
		taken, err := w.ImportCustomers(w.ctx, []customers.PastCustomer{
			{Name: " Ravi ", Email: "ravi@example.com", PhoneNumber: new("+911234567890"), Address: new(" 12 MG Road "), Since: since()},
			{Name: "Asha", Email: email, Since: since().Add(-time.Hour + 999_999).In(time.FixedZone("", 5*3600))}, // kept to the millisecond, in UTC
		})
		require.NoError(t, err)
		require.Less(t, taken[0].ID, taken[1].ID)
		ravi, asha := since(), since().Add(-time.Hour)
		require.Equal(t, []customers.Customer{
			{
				ID: taken[0].ID, Name: "Ravi", Email: "ravi@example.com", PhoneNumber: new("+911234567890"), Address: new("12 MG Road"),
				IsActive: true, CreatedAt: ravi, UpdatedAt: ravi, Version: 1,
			},
			{ID: taken[1].ID, Name: "Asha", Email: "asha@example.com", IsActive: true, CreatedAt: asha, UpdatedAt: asha, Version: 1},
		}, taken)
		for _, c := range taken {
			got, err := w.Get(w.ctx, c.ID)
			require.NoError(t, err)
			require.Equal(t, c, got, "what is given is what is stored")
		}
		want := []string{fmt.Sprintf(`customers.changed {"customer_id":%d}`, taken[0].ID), fmt.Sprintf(`customers.changed {"customer_id":%d}`, taken[1].ID)}
		require.Equal(t, want, w.events(t))
		found, err := w.List(w.ctx, nil, "asha", paging.Query{Limit: 10})
		require.NoError(t, err)
		require.Len(t, found.Items, 1)

		none, err := w.ImportCustomers(w.ctx, nil)
		require.NoError(t, err)
		require.Empty(t, none)
		require.Equal(t, want, w.events(t))
	})
}

func TestImport_of_one_customer_that_breaks_a_rule_refuses_all(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		w := open(t, url)
		w.create(t, "Mira", "mira@example.com", phone("+911234567890"))
		events := w.events(t)
		past := func(email string, change func(*customers.PastCustomer)) customers.PastCustomer {
			p := customers.PastCustomer{Name: "Asha", Email: email, Since: since()}
			if change != nil {
				change(&p)
			}
			return p
		}
		for _, row := range []struct {
			findings string
			past     customers.PastCustomer
		}{
			{"email_taken", past("MIRA@example.com", nil)},
			{"email_taken", past("First@example.com", nil)}, // by another one of the list
			{"phone_taken", past("x@example.com", func(p *customers.PastCustomer) { p.PhoneNumber = new("+911234567890") })},
			{"#/name required #/email invalid", past("x@example", func(p *customers.PastCustomer) { p.Name = " " })},
			{"#/address too_long", past("x@example.com", func(p *customers.PastCustomer) { p.Address = new(strings.Repeat("x", 1001)) })},
			{"#/since out_of_range", past("x@example.com", func(p *customers.PastCustomer) { p.Since = p.Since.AddDate(100, 0, 0) })},
		} {
			taken, err := w.ImportCustomers(w.ctx, []customers.PastCustomer{past("first@example.com", nil), row.past, past("last@example.com", nil)})
			assert.Empty(t, taken, row.findings)
			assert.True(t, strings.HasPrefix(err.Error(), "customer 1: "), "%s: %v", row.findings, err)
			refusal, ok := fault.As(err)
			require.True(t, ok, "%v", err)
			found := refusal.Code
			for _, f := range refusal.Fields {
				found += " " + f.Pointer + " " + f.Code
			}
			assert.Contains(t, found, row.findings)
		}
		require.Equal(t, events, w.events(t), "nothing of a list stays")
		page, err := w.List(w.ctx, nil, "", paging.Query{Limit: 10})
		require.NoError(t, err)
		require.Len(t, page.Items, 1)
	})
}

func TestIsEmpty_until_there_was_a_customer(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		w := open(t, url)
		empty := func() bool {
			is, err := w.IsEmpty(w.ctx)
			require.NoError(t, err)
			return is
		}
		require.True(t, empty())
		made := w.create(t, "Asha", "asha@example.com", nil)
		require.False(t, empty())
		_, err := w.Erase(w.ctx, made.ID, nil)
		require.NoError(t, err)
		require.False(t, empty(), "who was erased was there")
	})
}
