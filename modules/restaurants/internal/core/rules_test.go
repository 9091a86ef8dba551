package core_test

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/modules/restaurants/internal/core"
	"zomato/platform/clock"
	"zomato/platform/fault"
	"zomato/platform/money"
	"zomato/platform/paging"
)

// rules gives the use cases without anything behind them: what is refused must
// be refused before the store is asked.
func rules(t *testing.T) *core.Service {
	t.Helper()
	s, err := core.New(core.Dependencies{Clock: clock.Func(func() time.Time { return time.UnixMilli(0) }), Timezone: "Asia/Kolkata"})
	require.NoError(t, err)
	return s
}

// refused holds a fault against the one finding that is expected.
func refused(t *testing.T, err error, pointer, code string) {
	t.Helper()
	f, ok := fault.As(err)
	require.True(t, ok, "%v", err)
	require.Equal(t, fault.Invalid, f.Kind)
	require.Len(t, f.Fields, 1, "%+v", f.Fields)
	require.Equal(t, pointer, f.Fields[0].Pointer)
	require.Equal(t, code, f.Fields[0].Code)
	require.NotContains(t, f.Fields[0].Detail, "%!")
}

func TestNew_refuses_a_default_time_zone_that_does_not_exist(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "Local", "Asia/Nowhere", "../etc/passwd", "/etc/localtime"} {
		_, err := core.New(core.Dependencies{Timezone: name})
		require.ErrorContains(t, err, "default time zone", name)
	}
}

// badRestaurants are the changes that make a good restaurant a bad one.
func badRestaurants() []struct {
	name          string
	change        func(*core.NewRestaurant)
	pointer, code string
} {
	type n = core.NewRestaurant
	return []struct {
		name          string
		change        func(*n)
		pointer, code string
	}{
		{"an empty name", func(r *n) { r.Name = "" }, "#/name", "required"},
		{"a name of spaces", func(r *n) { r.Name = " \t" }, "#/name", "required"},
		{"a name too long", func(r *n) { r.Name = strings.Repeat("é", 101) }, "#/name", "too_long"},
		{"a description too long", func(r *n) { r.Description = new(strings.Repeat("x", 2001)) }, "#/description", "too_long"},
		{"an address too long", func(r *n) { r.Address = new(strings.Repeat("x", 501)) }, "#/address", "too_long"},
		{"a city too long", func(r *n) { r.City = new(strings.Repeat("x", 101)) }, "#/city", "too_long"},
		{"a location too long", func(r *n) { r.Location = new(strings.Repeat("x", 201)) }, "#/location", "too_long"},
		{"a latitude alone", func(r *n) { r.Longitude = nil }, "#/latitude", "invalid"},
		{"a longitude alone", func(r *n) { r.Latitude = nil }, "#/latitude", "invalid"},
		{"a latitude beyond the pole", func(r *n) { r.Latitude = new(90.01) }, "#/latitude", "out_of_range"},
		{"a latitude that is no number", func(r *n) { r.Latitude = new(math.NaN()) }, "#/latitude", "out_of_range"},
		{"a longitude too far", func(r *n) { r.Longitude = new(-180.01) }, "#/longitude", "out_of_range"},
		{"a phone number too short", func(r *n) { r.PhoneNumber = new("123456789") }, "#/phone_number", "invalid"},
		{"a phone number too long", func(r *n) { r.PhoneNumber = new("+1234567890123456") }, "#/phone_number", "invalid"},
		{"a phone number with letters", func(r *n) { r.PhoneNumber = new("12345abc90") }, "#/phone_number", "invalid"},
		{"a price level of 0", func(r *n) { r.PriceLevel = new(0) }, "#/price_level", "out_of_range"},
		{"a price level of 5", func(r *n) { r.PriceLevel = new(5) }, "#/price_level", "out_of_range"},
		{"a currency that does not exist", func(r *n) { r.Currency = new("ABC") }, "#/currency", "invalid"},
		{"a currency in small letters", func(r *n) { r.Currency = new("inr") }, "#/currency", "invalid"},
		{"no currency", func(r *n) { r.Currency = new("") }, "#/currency", "invalid"},
		{"a time zone that does not exist", func(r *n) { r.Timezone = new("Asia/Nowhere") }, "#/timezone", "invalid"},
		{"no time zone", func(r *n) { r.Timezone = new("") }, "#/timezone", "invalid"},
		{"the time zone of the machine", func(r *n) { r.Timezone = new("Local") }, "#/timezone", "invalid"},
		{"a negative minimum", func(r *n) { r.MinOrderAmount = -1 }, "#/min_order_amount", "out_of_range"},
		{"a negative fee", func(r *n) { r.DeliveryFee = -1 }, "#/delivery_fee", "out_of_range"},
		{"no time to confirm", func(r *n) { r.ConfirmWithinMinutes = new(0) }, "#/confirm_within_minutes", "out_of_range"},
		{"more than a day to confirm", func(r *n) { r.ConfirmWithinMinutes = new(1441) }, "#/confirm_within_minutes", "out_of_range"},
		{"no active orders", func(r *n) { r.MaxActiveOrders = new(0) }, "#/max_active_orders", "out_of_range"},
		{"slots for nobody", func(r *n) { r.SlotCapacity = new(0) }, "#/slot_capacity", "out_of_range"},
		{"slots too short", func(r *n) { r.SlotMinutes = new(4) }, "#/slot_minutes", "out_of_range"},
		{"slots too long", func(r *n) { r.SlotMinutes = new(241) }, "#/slot_minutes", "out_of_range"},
		{"no cuisines", func(r *n) { r.Cuisines = core.CuisineNames{} }, "#/cuisines", "required"},
		{"an empty list of cuisines", func(r *n) { r.Cuisines.List = []string{} }, "#/cuisines", "required"},
		{"a cuisine of spaces", func(r *n) { r.Cuisines.List = []string{"Thai", " "} }, "#/cuisines/1", "required"},
		{"a cuisine too long", func(r *n) { r.Cuisines.List = []string{strings.Repeat("x", 51)} }, "#/cuisines/0", "too_long"},
		{"a cuisine with a comma", func(r *n) { r.Cuisines.List = []string{"Thai", "A, B"} }, "#/cuisines/1", "invalid"},
		{"too many cuisines", func(r *n) { r.Cuisines.List = make([]string, 21) }, "#/cuisines", "too_long"},
		{"cuisines twice", func(r *n) { r.Cuisines.Text = new("Thai") }, "#/cuisine", "invalid"},
		{"a text without cuisines", func(r *n) { r.Cuisines = core.CuisineNames{Text: new(" , ")} }, "#/cuisine", "required"},
		{"a text with a cuisine too long", func(r *n) { r.Cuisines = core.CuisineNames{Text: new("Thai," + strings.Repeat("x", 51))} }, "#/cuisine", "too_long"},
		{"a text with too many cuisines", func(r *n) { r.Cuisines = core.CuisineNames{Text: new(strings.Repeat("x,", 21))} }, "#/cuisine", "too_long"},
	}
}

func TestCreate_refuses_what_breaks_a_rule(t *testing.T) {
	t.Parallel()
	for _, c := range badRestaurants() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := core.NewRestaurant{
				Name: "Spice Route", Cuisines: core.CuisineNames{List: []string{"Thai"}}, Latitude: new(90.0), Longitude: new(-180.0),
			}
			c.change(&r)
			_, err := rules(t).Create(context.Background(), r)
			refused(t, err, c.pointer, c.code)
		})
	}
}

func TestAddItem_refuses_what_breaks_a_rule(t *testing.T) {
	t.Parallel()
	type n = core.NewItem
	for _, c := range []struct {
		name          string
		change        func(*n)
		pointer, code string
	}{
		{"an empty name", func(i *n) { i.Name = " " }, "#/name", "required"},
		{"a name too long", func(i *n) { i.Name = strings.Repeat("é", 101) }, "#/name", "too_long"},
		{"an empty category", func(i *n) { i.Category = "" }, "#/category", "required"},
		{"a category too long", func(i *n) { i.Category = strings.Repeat("é", 51) }, "#/category", "too_long"},
		{"a description too long", func(i *n) { i.Description = new(strings.Repeat("é", 1001)) }, "#/description", "too_long"},
		{"a price of nothing", func(i *n) { i.Price = 0 }, "#/price", "out_of_range"},
		{"a negative price", func(i *n) { i.Price = -1 }, "#/price", "out_of_range"},
		{"a price too high", func(i *n) { i.Price = money.Max + 1 }, "#/price", "out_of_range"},
		{"a negative preparation time", func(i *n) { i.PreparationTime = new(-1) }, "#/preparation_time", "out_of_range"},
		{"a preparation time too long", func(i *n) { i.PreparationTime = new(601) }, "#/preparation_time", "out_of_range"},
		{"a negative stock", func(i *n) { i.Stock = new(-1) }, "#/stock", "out_of_range"},
		{"vegan meat", func(i *n) { i.IsVegan, i.IsVegetarian = true, new(false) }, "#/is_vegetarian", "invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			i := core.NewItem{RestaurantID: 1, Name: "Naan", Category: "Bread", Price: 1}
			c.change(&i)
			_, err := rules(t).AddItem(context.Background(), i)
			refused(t, err, c.pointer, c.code)
		})
	}
}

func TestSearch_refuses_what_breaks_a_rule(t *testing.T) {
	t.Parallel()
	many := strings.Repeat("a b c d e f ", 3) + "g h i j k" // 11 different words
	for _, c := range []struct {
		name          string
		search        core.Search
		pointer, code string
	}{
		{"a rating too high", core.Search{Rating: new(5.1)}, "query/rating", "out_of_range"},
		{"a negative rating", core.Search{MinRating: new(-0.1)}, "query/min_rating", "out_of_range"},
		{"a rating that is no number", core.Search{Rating: new(math.NaN())}, "query/rating", "out_of_range"},
		{"a rating without end", core.Search{Rating: new(math.Inf(1))}, "query/rating", "out_of_range"},
		{"a rating twice", core.Search{Rating: new(4.0), MinRating: new(4.0)}, "query/min_rating", "invalid"},
		{"too many words", core.Search{Q: many}, "query/q", "too_long"},
		{"too many words of a location", core.Search{Location: many}, "query/location", "too_long"},
		{"too many cuisines", core.Search{Cuisines: make([]string, 21)}, "query/cuisine", "too_long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := rules(t).Search(context.Background(), c.search, paging.Query{Limit: 1})
			refused(t, err, c.pointer, c.code)
		})
	}
	t.Run("too many words of a dish", func(t *testing.T) {
		t.Parallel()
		_, err := rules(t).SearchItems(context.Background(), core.ItemSearch{Q: many}, paging.Query{Limit: 1})
		refused(t, err, "query/q", "too_long")
	})
}
