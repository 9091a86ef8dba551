package core_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/modules/customers"
	"zomato/modules/customers/customerstest"
	"zomato/modules/orders"
	"zomato/modules/restaurants"
	"zomato/modules/reviews"
	"zomato/modules/reviews/internal/core"
	"zomato/platform/fault"
	"zomato/platform/paging"
)

// shelf is a core.Store and core.Transactions with a list as it is.
type shelf struct {
	*memory

	list   []core.Record
	asked  core.Filter
	window core.Window
}

func (s *shelf) List(_ context.Context, f core.Filter, w core.Window) ([]core.Record, error) {
	s.asked, s.window = f, w
	return s.list, nil
}

func (s *shelf) Count(context.Context, core.Filter) (int64, error) { return 7, nil }

// counter is a customers.Service that counts the questions by ids.
type counter struct {
	customers.Service

	questions [][]int64
}

func (c *counter) ByIDs(ctx context.Context, ids []int64) ([]customers.Customer, error) {
	c.questions = append(c.questions, ids)
	return c.Service.ByIDs(ctx, ids)
}

// library is the use cases with three reviews in a list, the last by a customer
// who was erased.
func library() (*core.Service, *shelf, *counter) {
	d, people := open(), &counter{Service: customerstest.New(asha())}
	s := &shelf{memory: d.store}
	for i, customer := range []int64{1, 1, 9} {
		s.list = append(s.list, core.Record{Review: reviews.Review{
			ID: int64(30 - i), CustomerID: customer, RestaurantID: 2, Rating: 5 - i, CreatedAt: noon().Add(-time.Duration(i) * time.Hour),
		}})
	}
	return core.New(core.Dependencies{
		Store: s, Transactions: s, Events: s, Clock: d.watch, Sentiment: d.ear, Customers: people, Orders: d.orders, Restaurants: d.places,
	}), s, people
}

func TestLists_name_all_authors_by_one_question(t *testing.T) {
	t.Parallel()
	service, _, people := library()
	page, err := service.OfRestaurant(staff(t), core.Filter{RestaurantID: 2}, core.ByNewest, paging.Query{Limit: 3})
	require.NoError(t, err)
	require.Equal(t, []*string{new("Asha R."), new("Asha R."), nil}, []*string{page.Items[0].Author, page.Items[1].Author, page.Items[2].Author})
	require.Equal(t, [][]int64{{1, 1, 9}}, people.questions)
	require.Empty(t, page.Next)
	require.Nil(t, page.Total)
}

func TestLists_name_nobody_where_there_is_nobody(t *testing.T) {
	t.Parallel()
	service, s, people := library()
	s.list = []core.Record{}
	page, err := service.OfCustomer(staff(t), 1, paging.Query{Limit: 3, Count: true})
	require.NoError(t, err)
	require.Empty(t, page.Items)
	require.NotNil(t, page.Items)
	require.Equal(t, new(int64(7)), page.Total)
	require.Empty(t, people.questions)
	require.Equal(t, core.Filter{CustomerID: 1}, s.asked)
	require.Equal(t, core.Window{Sort: core.ByNewest, Limit: 3}, s.window)
}

func TestLists_go_on_where_a_page_ended_in_the_order_it_had(t *testing.T) {
	t.Parallel()
	service, s, people := library()
	filter := core.Filter{RestaurantID: 2, MinRating: new(3), Sentiment: reviews.Positive}
	page, err := service.OfRestaurant(staff(t), filter, core.ByHighest, paging.Query{Limit: 2})
	require.NoError(t, err)
	require.Len(t, page.Items, 2)
	require.Equal(t, [][]int64{{1, 1}}, people.questions, "what is on the next page is not asked for")
	_, err = service.OfRestaurant(staff(t), filter, core.ByHighest, paging.Query{Limit: 2, Skip: 1, After: page.Next})
	require.NoError(t, err)
	require.Equal(t, filter, s.asked)
	require.Equal(t, core.Window{
		Sort: core.ByHighest, Limit: 2, Skip: 1,
		After: &core.Position{Sort: core.ByHighest, Rating: 4, At: noon().Add(-time.Hour).UnixMilli(), ID: 29},
	}, s.window)

	s.window = core.Window{}
	for _, sort := range []core.Sort{core.ByNewest, core.ByOldest, core.ByLowest} {
		_, err = service.OfRestaurant(staff(t), filter, sort, paging.Query{Limit: 2, After: page.Next})
		refused, ok := fault.As(err)
		require.True(t, ok && refused.Kind == fault.Invalid, "%s: %v", sort, err)
		require.Equal(t, "query/cursor", refused.Fields[0].Pointer)
	}
	_, err = service.OfCustomer(staff(t), 1, paging.Query{Limit: 2, After: page.Next})
	require.True(t, fault.IsKind(err, fault.Invalid), "%v", err)
	_, err = service.OfCustomer(staff(t), 1, paging.Query{Limit: 2, After: "%%%"})
	require.True(t, fault.IsKind(err, fault.Invalid), "%v", err)
	require.Zero(t, s.window, "nothing was listed")
}

func TestLists_of_those_who_do_not_exist_are_no_lists(t *testing.T) {
	t.Parallel()
	service, s, _ := library()
	_, err := service.OfRestaurant(staff(t), core.Filter{RestaurantID: 9}, core.ByNewest, paging.Query{Limit: 2})
	require.True(t, fault.Is(err, restaurants.CodeNotFound), "%v", err)
	_, err = service.OfCustomer(staff(t), 9, paging.Query{Limit: 2})
	require.True(t, fault.Is(err, customers.CodeNotFound), "%v", err)
	require.Zero(t, s.window)
}

func TestA_review_is_read_with_its_author_as_long_as_there_is_one(t *testing.T) {
	t.Parallel()
	d := open()
	want := d.written(t, 4, new("Good"))
	erased := core.New(core.Dependencies{
		Store: d.store, Transactions: d.store, Customers: customerstest.New(), Orders: d.orders, Restaurants: d.places,
	})
	for _, author := range []*string{new("Asha R."), nil} {
		service := d.Service
		if want.Author = author; author == nil {
			service = erased
		}
		got, err := service.Get(staff(t), 1)
		require.NoError(t, err)
		require.Equal(t, want, got)
		got, err = service.OfOrder(staff(t), 10)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err := d.Get(staff(t), 9)
	require.True(t, fault.Is(err, reviews.CodeNotFound), "%v", err)
	_, err = d.OfOrder(staff(t), 9)
	require.True(t, fault.Is(err, orders.CodeNotFound), "%v", err)
	_, err = d.OfOrder(staff(t), 11)
	require.True(t, fault.Is(err, reviews.CodeNotFound) && fault.IsKind(err, fault.NotFound), "%v", err)
}

func TestAn_order_shows_its_review_as_it_is(t *testing.T) {
	t.Parallel()
	d, asha := open(), asha()
	lookup := core.NewLookup(d.store)
	_, there, err := lookup.ReviewOfOrder(staff(t), 10, &asha.Name)
	require.NoError(t, err)
	require.False(t, there)

	asJSON := func(value any) string {
		text, err := json.Marshal(value)
		require.NoError(t, err)
		return string(text)
	}
	review := d.written(t, 4, new("Good"))
	for range 2 { // without and with a reply
		shown, there, err := lookup.ReviewOfOrder(staff(t), 10, &asha.Name)
		require.NoError(t, err)
		require.True(t, there)
		require.JSONEq(t, asJSON(review), asJSON(shown))
		_, err = d.Edit(staff(t), 1, core.Changes{}, nil)
		require.NoError(t, err)
		review, err = d.Reply(staff(t), 1, new("Thank you!"), nil)
		require.NoError(t, err)
	}
	shown, _, err := lookup.ReviewOfOrder(staff(t), 10, nil)
	require.NoError(t, err)
	require.Nil(t, shown.Author, "the customer was erased")
	require.NoError(t, d.Delete(staff(t), 1, nil))
	_, there, err = lookup.ReviewOfOrder(staff(t), 10, &asha.Name)
	require.NoError(t, err)
	require.False(t, there)
}
