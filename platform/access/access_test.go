package access_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/platform/access"
)

func TestRule_decides_by_role_and_owner(t *testing.T) {
	t.Parallel()
	own := access.Only(access.Customer | access.Staff).Own("customer_id")
	asha := access.Principal{Role: access.Customer, CustomerID: 1}
	for _, c := range []struct {
		name string
		rule access.Rule
		who  access.Principal
		want access.Decision
	}{
		{"anybody may call what is public", access.Public(), access.Principal{}, access.Allowed},
		{"nobody must log in", own, access.Principal{}, access.Unauthenticated},
		{"nobody by name", own, access.Principal{Role: access.Nobody}, access.Unauthenticated},
		{"the owner may", own, asha, access.Allowed},
		{"another's record does not exist", own, access.Principal{Role: access.Customer, CustomerID: 2}, access.Hidden},
		{"another role may not", own, access.Principal{Role: access.Courier}, access.Forbidden},
		{"staff may", own, access.Principal{Role: access.Staff}, access.Allowed},
		{"admin always may", own, access.Principal{Role: access.Admin}, access.Allowed},
		{"staff only", access.Only(access.Staff), asha, access.Forbidden},
		{"a restaurant by its id", access.Only(access.Restaurant).Own("customer_id"), access.Principal{Role: access.Restaurant, RestaurantID: 1}, access.Allowed},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, c.rule.Decide(c.who, func(string) string { return "1" }))
		})
	}
}

func TestRule_that_says_nothing_is_not_declared(t *testing.T) {
	t.Parallel()
	require.False(t, access.Rule{}.Declared())
	require.True(t, access.Public().Declared())
	require.Equal(t, []string{"staff", "admin"}, access.Only(access.Staff).Roles())
	require.True(t, access.Public().IsPublic())
	require.False(t, access.Only(access.Staff).IsPublic())
}

func TestPrincipal_travels_in_the_context(t *testing.T) {
	t.Parallel()
	asha := access.Principal{Role: access.Customer, CustomerID: 7}
	require.Equal(t, asha, access.From(access.With(context.Background(), asha)))
	require.Equal(t, "customer:7", asha.Scope())
	require.Equal(t, "restaurant:2", access.Principal{Role: access.Restaurant, RestaurantID: 2}.Scope())
	require.Equal(t, "nobody", access.From(context.Background()).Scope())
	require.Equal(t, "staff", access.Principal{Role: access.Staff}.Scope())
}
