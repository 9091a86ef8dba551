package sqlstore_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/modules/customers"
	"zomato/modules/customers/customerstest"
	"zomato/modules/customers/internal/core"
	"zomato/modules/customers/internal/sqlstore"
	"zomato/modules/restaurants"
	"zomato/modules/restaurants/restaurantstest"
	"zomato/platform/clock"
	"zomato/platform/database"
	"zomato/platform/database/databasetest"
	"zomato/platform/eventbus"
	"zomato/platform/fault"
	"zomato/platform/paging"
	"zomato/platform/patch"
	"zomato/platform/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// world is the module on a real database, with a fake of the restaurants.
type world struct {
	*core.Service
	db     *database.DB
	ctx    context.Context //nolint:containedctx // one per test
	orders customerstest.Orders
	eraser *eraser
}

// eraser is another module that holds something of customers.
type eraser struct {
	erased []int64
	err    error
}

// EraseCustomer implements customers.Eraser. Functions run twice in tests.
func (e *eraser) EraseCustomer(_ context.Context, customerID int64) error {
	if !slices.Contains(e.erased, customerID) {
		e.erased = append(e.erased, customerID)
	}
	return e.err
}

func open(t *testing.T, url string) world {
	t.Helper()
	db := databasetest.Open(t, url, eventbus.Migrations(), sqlstore.Migrations())
	var now int64
	c := clock.Func(func() time.Time { now += 1000; return time.UnixMilli(now).UTC() })
	known := restaurantstest.New(restaurants.Restaurant{ID: 2, Name: "Spice Route"}, restaurants.Restaurant{ID: 3, Name: "Wok"})
	active, elsewhere := customerstest.Orders{}, &eraser{}
	return world{core.New(core.Dependencies{
		Store: sqlstore.New(db), Transactions: db, Events: eventbus.NewPublisher(db, c), Clock: c, Restaurants: known,
		Orders: active, Erasers: []customers.Eraser{elsewhere},
	}), db, databasetest.Context(t), active, elsewhere}
}

func (w world) create(t *testing.T, name, email string, phone *string) customers.Customer {
	t.Helper()
	address := "12 MG Road"
	made, err := w.Create(w.ctx, core.NewCustomer{Name: name, Email: email, PhoneNumber: phone, Address: &address})
	require.NoError(t, err)
	return made
}

// events gives what is in the outbox, in order.
func (w world) events(t *testing.T) []string {
	t.Helper()
	var rows []struct {
		Name    string `db:"name"`
		Payload string `db:"payload"`
	}
	require.NoError(t, w.db.Select(w.ctx, &rows, `SELECT name, payload FROM platform_outbox ORDER BY id`))
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = r.Name + " " + r.Payload
	}
	return out
}

func phone(s string) *string { return &s }

func TestService_keeps_the_contract(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		w := open(t, url)
		known, gone := w.create(t, "Asha Rao", "asha@example.com", phone("+911234567890")), w.create(t, "Ravi", "ravi@example.com", nil)
		_, err := w.Erase(w.ctx, gone.ID, nil)
		require.NoError(t, err)
		customerstest.RunSuite(t, customerstest.Subject{Service: w, Write: w.db.Write, Known: known, Erased: gone.ID})
	})
}

func TestCreate_refuses_a_second_customer_with_the_same_address_or_number(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		w := open(t, url)
		w.create(t, "Asha", "asha@example.com", phone("+911234567890"))
		_, err := w.Create(w.ctx, core.NewCustomer{Name: "X", Email: "ASHA@Example.com"})
		require.True(t, fault.Is(err, "email_taken"), "%v", err)
		_, err = w.Create(w.ctx, core.NewCustomer{Name: "X", Email: "x@example.com", PhoneNumber: phone("+911234567890")})
		require.True(t, fault.Is(err, "phone_taken"), "%v", err)
		w.create(t, "Y", "y@example.com", nil)
		w.create(t, "Z", "z@example.com", nil) // no phone number twice is no clash
	})
}

func TestUpdate_changes_what_is_set_and_nothing_else(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		w := open(t, url)
		old := w.create(t, "Asha", "asha@example.com", phone("+911234567890"))
		other := w.create(t, "Ravi", "ravi@example.com", nil)

		updated, err := w.Update(w.ctx, old.ID, core.Changes{Name: patch.To(" Asha Rao "), PhoneNumber: patch.ToNull[string]()}, []int64{old.Version})
		require.NoError(t, err)
		want := old
		want.Name, want.PhoneNumber, want.Version, want.UpdatedAt = "Asha Rao", nil, 2, updated.UpdatedAt
		require.Equal(t, want, updated)
		require.True(t, updated.UpdatedAt.After(old.UpdatedAt))
		stored, err := w.Get(w.ctx, old.ID)
		require.NoError(t, err)
		require.Equal(t, updated, stored)

		_, err = w.Update(w.ctx, old.ID, core.Changes{Name: patch.To("Lost")}, []int64{old.Version})
		require.True(t, fault.Is(err, "version_changed"), "%v", err)
		_, err = w.Update(w.ctx, old.ID, core.Changes{Email: patch.To("Ravi@example.com")}, nil)
		require.True(t, fault.Is(err, "email_taken"), "%v", err)
		_, err = w.Update(w.ctx, 999, core.Changes{}, nil)
		require.True(t, fault.Is(err, customers.CodeNotFound), "%v", err)
		_, err = w.Update(w.ctx, other.ID, core.Changes{PhoneNumber: patch.To("+911234567890")}, nil)
		require.NoError(t, err, "the number became free")
	})
}

func TestErase_leaves_nothing_personal_behind(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		w := open(t, url)
		asha := w.create(t, "Zyxwv Secretname", "secretmail@example.com", phone("+919999912345"))
		_, err := w.AddAddress(w.ctx, core.Address{CustomerID: asha.ID, Label: "Home", Address: "Secretstreet 1"})
		require.NoError(t, err)
		require.NoError(t, w.AddFavourite(w.ctx, asha.ID, 2))
		_, err = w.Erase(w.ctx, asha.ID, []int64{asha.Version + 1})
		require.True(t, fault.Is(err, "version_changed"))

		before, err := w.Erase(w.ctx, asha.ID, nil)
		require.NoError(t, err)
		require.Equal(t, asha, before)
		_, err = w.Get(w.ctx, asha.ID)
		require.True(t, fault.Is(err, customers.CodeNotFound))
		_, err = w.Erase(w.ctx, asha.ID, nil)
		require.True(t, fault.Is(err, customers.CodeNotFound))
		_, err = w.Addresses(w.ctx, asha.ID)
		require.True(t, fault.Is(err, customers.CodeNotFound))
		for _, table := range databasetest.Schema(t, w.db, "customers") {
			require.NotContains(t, w.dump(t, table), "secret", table)
		}
		for _, table := range []string{"customers_words", "customers_addresses", "customers_favourites"} {
			var left int
			require.NoError(t, w.db.Get(w.ctx, &left, `SELECT COUNT(*) FROM `+table+` WHERE customer_id = ?`, asha.ID))
			require.Zero(t, left, table)
		}
		for _, event := range w.events(t) {
			require.NotContains(t, event, "ecret")
		}
		require.Contains(t, w.events(t), fmt.Sprintf(`customers.erased {"customer_id":%d}`, asha.ID))

		again := w.create(t, "Asha", "secretmail@example.com", phone("+919999912345"))
		require.Greater(t, again.ID, asha.ID, "an id is never given twice")
	})
}

func TestErase_asks_the_other_modules(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		w := open(t, url)
		asha := w.create(t, "Asha", "asha@example.com", nil)
		w.orders[asha.ID] = true
		_, err := w.Erase(w.ctx, asha.ID, nil)
		require.True(t, fault.Is(err, "customer_has_active_orders"), "%v", err)
		require.True(t, fault.IsKind(err, fault.Conflict))
		require.Empty(t, w.eraser.erased)

		w.orders[asha.ID] = false
		w.eraser.err = io.ErrUnexpectedEOF
		_, err = w.Erase(w.ctx, asha.ID, nil)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		kept, err := w.Get(w.ctx, asha.ID)
		require.NoError(t, err, "what one cannot erase, nobody erases")
		require.Equal(t, asha, kept)

		w.eraser.err = nil
		_, err = w.Erase(w.ctx, asha.ID, nil)
		require.NoError(t, err)
		require.Equal(t, []int64{asha.ID}, w.eraser.erased)
	})
}

func TestA_change_and_its_event_are_one(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		w := open(t, url)
		asha := w.create(t, "Asha", "asha@example.com", nil)
		_, err := w.Create(w.ctx, core.NewCustomer{Name: "X", Email: "asha@example.com"})
		require.Error(t, err)
		_, err = w.Update(w.ctx, asha.ID, core.Changes{Name: patch.To("")}, nil)
		require.Error(t, err)
		require.Equal(t, []string{fmt.Sprintf(`customers.changed {"customer_id":%d}`, asha.ID)}, w.events(t))
	})
}

func TestUpdate_says_when_others_call_a_customer_otherwise(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		w := open(t, url)
		asha := w.create(t, "Asha", "asha@example.com", phone("+911234567890"))
		for _, c := range []struct {
			changes core.Changes
			renamed bool
		}{
			{core.Changes{Name: patch.To("Asha Rao")}, true},
			{core.Changes{Name: patch.To(" Asha Rao ")}, false},
			{core.Changes{PhoneNumber: patch.To("+911234567890")}, false},
			{core.Changes{PhoneNumber: patch.To("+911234567891")}, true},
			{core.Changes{PhoneNumber: patch.ToNull[string]()}, true},
			{core.Changes{PhoneNumber: patch.ToNull[string]()}, false},
			{core.Changes{Email: patch.To("a@example.com"), Address: patch.To("There"), IsActive: patch.To(false)}, false},
		} {
			before := len(w.events(t))
			_, err := w.Update(w.ctx, asha.ID, c.changes, nil)
			require.NoError(t, err)
			want := []string{fmt.Sprintf(`customers.changed {"customer_id":%d}`, asha.ID)}
			if c.renamed {
				want = append([]string{fmt.Sprintf(`customers.renamed {"customer_id":%d}`, asha.ID)}, want...)
			}
			require.Equal(t, want, w.events(t)[before:], "%+v", c.changes)
		}
	})
}

func TestEvery_change_publishes_its_event_and_no_other(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		w := open(t, url)
		asha := w.create(t, "Asha", "asha@example.com", nil)
		home := core.Address{CustomerID: asha.ID, Label: "Home", Address: "12 MG Road"}
		seen := 1 // the creation
		for i, change := range []func() error{
			func() error { _, err := w.Update(w.ctx, asha.ID, core.Changes{}, nil); return err },
			func() (err error) { home, err = w.AddAddress(w.ctx, home); return err },
			func() error {
				_, err := w.UpdateAddress(w.ctx, asha.ID, home.ID, core.AddressChanges{}, nil)
				return err
			},
			func() error { return w.DeleteAddress(w.ctx, asha.ID, home.ID, nil) },
			func() error { return w.AddFavourite(w.ctx, asha.ID, 2) },
			func() error { return w.RemoveFavourite(w.ctx, asha.ID, 2) },
		} {
			require.NoError(t, change())
			all := w.events(t)
			require.Len(t, all, seen+1, "change %d", i)
			require.Equal(t, fmt.Sprintf(`customers.changed {"customer_id":%d}`, asha.ID), all[seen])
			seen++
		}
		_, err := w.Erase(w.ctx, asha.ID, nil)
		require.NoError(t, err)
		require.Equal(t, fmt.Sprintf(`customers.erased {"customer_id":%d}`, asha.ID), w.events(t)[seen])
	})
}

func TestList_pages_filters_and_counts(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		w := open(t, url)
		var all []int64
		for i := range 7 {
			all = append(all, w.create(t, fmt.Sprintf("Café Person %d", i), fmt.Sprintf("p%d@example.com", i), nil).ID)
		}
		_, err := w.Update(w.ctx, all[3], core.Changes{IsActive: patch.To(false)}, nil)
		require.NoError(t, err)
		_, err = w.Update(w.ctx, all[4], core.Changes{Name: patch.To("Renamed")}, nil)
		require.NoError(t, err)
		yes, no := true, false
		for _, c := range []struct {
			name   string
			active *bool
			search string
			want   []int64
		}{
			{"all", nil, "", all},
			{"active", &yes, "", []int64{all[0], all[1], all[2], all[4], all[5], all[6]}},
			{"not active", &no, "", all[3:4]},
			{"by a prefix without accents", nil, "CAF pers", []int64{all[0], all[1], all[2], all[3], all[5], all[6]}},
			{"by the e-mail address", nil, "p5@example", all[5:6]},
			{"by a new name", nil, "renamed", all[4:5]},
			{"by what is not there", nil, "caf zzz", nil},
			{"by signs only", nil, `"%_*(`, all},
		} {
			var seen []int64
			q := paging.Query{Limit: 2, Count: true}
			for {
				page, err := w.List(w.ctx, c.active, c.search, q)
				require.NoError(t, err)
				require.EqualValues(t, len(c.want), *page.Total, c.name)
				for _, found := range page.Items {
					seen = append(seen, found.ID)
				}
				if page.Next == "" {
					break
				}
				q.After = page.Next
			}
			require.Equal(t, c.want, seen, c.name)
		}
		skipped, err := w.List(w.ctx, nil, "", paging.Query{Limit: 100, Skip: 5})
		require.NoError(t, err)
		require.Len(t, skipped.Items, 2)
		_, err = w.List(w.ctx, nil, "", paging.Query{Limit: 1, After: "%%%"})
		require.True(t, fault.IsKind(err, fault.Invalid), "%v", err)
	})
}

// dump gives everything that one column of a table holds.
func (w world) dump(t *testing.T, tableAndColumn string) string {
	t.Helper()
	table, column, _ := strings.Cut(strings.TrimSuffix(tableAndColumn, "?"), ".")
	var values []string
	require.NoError(t, w.db.Select(w.ctx, &values, `SELECT COALESCE(LOWER(CAST(`+column+` AS TEXT)), '') FROM `+table))
	return fmt.Sprint(values)
}
