package core_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/modules/customers/internal/core"
	"zomato/platform/clock"
	"zomato/platform/fault"
)

// rules gives the use cases without anything behind them: what is refused must
// be refused before the store is asked.
func rules() *core.Service {
	return core.New(core.Dependencies{Clock: clock.Func(func() time.Time { return time.UnixMilli(0) })})
}

func TestCreate_refuses_what_breaks_a_rule(t *testing.T) {
	t.Parallel()
	text := func(s string) *string { return &s }
	for _, c := range []struct {
		name          string
		change        func(*core.NewCustomer)
		pointer, code string
	}{
		{"an empty name", func(n *core.NewCustomer) { n.Name = "" }, "#/name", "required"},
		{"a name of spaces", func(n *core.NewCustomer) { n.Name = " \t" }, "#/name", "required"},
		{"a name too long", func(n *core.NewCustomer) { n.Name = strings.Repeat("é", 101) }, "#/name", "too_long"},
		{"an address too long", func(n *core.NewCustomer) { n.Address = text(strings.Repeat("x", 501)) }, "#/address", "too_long"},
		{"a phone number too short", func(n *core.NewCustomer) { n.PhoneNumber = text("123456789") }, "#/phone_number", "invalid"},
		{"a phone number too long", func(n *core.NewCustomer) { n.PhoneNumber = text("+1234567890123456") }, "#/phone_number", "invalid"},
		{"a phone number with letters", func(n *core.NewCustomer) { n.PhoneNumber = text("+12345abc90") }, "#/phone_number", "invalid"},
		{"an empty phone number", func(n *core.NewCustomer) { n.PhoneNumber = text("") }, "#/phone_number", "invalid"},
		{"no e-mail address", func(n *core.NewCustomer) { n.Email = "" }, "#/email", "invalid"},
		{"an e-mail address without a domain", func(n *core.NewCustomer) { n.Email = "asha" }, "#/email", "invalid"},
		{"an e-mail address at a bare host", func(n *core.NewCustomer) { n.Email = "asha@localhost" }, "#/email", "invalid"},
		{"an e-mail address with a name", func(n *core.NewCustomer) { n.Email = "Asha <asha@example.com>" }, "#/email", "invalid"},
		{"two e-mail addresses", func(n *core.NewCustomer) { n.Email = "a@example.com, b@example.com" }, "#/email", "invalid"},
		{"an e-mail address too long", func(n *core.NewCustomer) { n.Email = strings.Repeat("a", 250) + "@x.io" }, "#/email", "invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			n := core.NewCustomer{Name: "Asha Rao", Email: "asha@example.com"}
			c.change(&n)
			_, err := rules().Create(context.Background(), n)
			f, ok := fault.As(err)
			require.True(t, ok, "%v", err)
			require.Equal(t, fault.Invalid, f.Kind)
			require.Len(t, f.Fields, 1)
			require.Equal(t, c.pointer, f.Fields[0].Pointer)
			require.Equal(t, c.code, f.Fields[0].Code)
		})
	}
}

func TestAddAddress_refuses_what_breaks_a_rule(t *testing.T) {
	t.Parallel()
	north := 12.9
	_, err := rules().AddAddress(context.Background(), core.Address{Label: strings.Repeat("x", 51), Latitude: &north})
	f, ok := fault.As(err)
	require.True(t, ok)
	pointers := []string{}
	for _, field := range f.Fields {
		pointers = append(pointers, field.Pointer+" "+field.Code)
	}
	require.Equal(t, []string{"#/label too_long", "#/address required", "#/latitude invalid"}, pointers, "all at once")
}
