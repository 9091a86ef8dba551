package csvfile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
)

const itemHeader = "restaurant_external_id,external_id,name,category,price,description,is_vegetarian,is_vegan,is_available,preparation_time,stock\n"

// menu gives the menu of a restaurant, ids left out.
func (f fixture) menu(t *testing.T, restaurant string) []restaurants.MenuItem {
	t.Helper()
	items, err := f.service.Menu(t.Context(), core.ItemSearch{RestaurantID: f.find(t, restaurant).ID})
	require.NoError(t, err)
	var out []restaurants.MenuItem
	for _, item := range items {
		item.ID, item.RestaurantID = 0, 0
		out = append(out, item)
	}
	return out
}

func TestDishes_come_to_the_restaurants_of_their_source(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		f.restaurants(t, own+"1,A,Thai,,,\n2,B,Thai,,,\n", restaurants.Import{Source: "s"})
		const file = itemHeader +
			"1,1,Pad Thai,Main,249.50,With\tpeanuts,yes,no,no,15,7\n" +
			"2,1,Som Tam,Salad,99,,,true,,,\n" +
			"2,2,Larb,Salad,99,,,,,,\n" +
			"3,1,Nowhere,Salad,99,,,,,,\n" +
			"2,1,Twice,Salad,99,,,,,,\n" +
			"2,3,Free,Salad,0,,no,yes,,-1,\n"
		got := f.items(t, file, restaurants.Import{Source: "s"})
		assert.Equal(t, int64(3), got.Created)
		assert.Equal(t, map[int64]string{
			5: "restaurant_external_id: No restaurant of this id was imported from this source.",
			6: "external_id: line 3 is the same record.",
			7: "price: This number must be from 0.01 to 9999999999.99. preparation_time: This number must be from 0 to 600. " +
				"is_vegetarian: A vegan dish is vegetarian as well.",
		}, got.rejected)
		assert.Equal(t, []restaurants.MenuItem{{
			Name: "Pad Thai", Category: "Main", Price: 24950, Description: new("With\tpeanuts"), IsVegetarian: true,
			PreparationTime: new(15), Stock: new(7), Version: 1,
		}}, f.menu(t, "A"))
		assert.Equal(t, []restaurants.MenuItem{
			{Name: "Larb", Category: "Salad", Price: 9900, IsAvailable: true, Version: 1},
			{Name: "Som Tam", Category: "Salad", Price: 9900, IsAvailable: true, IsVegetarian: true, IsVegan: true, Version: 1},
		}, f.menu(t, "B"))
		f.events.take()
		again := f.items(t, file, restaurants.Import{Source: "s"})
		assert.Equal(t, [2]int64{3, 3}, [2]int64{again.Unchanged, again.Rejected})
		assert.Empty(t, f.events.take())
		assert.Equal(t, int64(6), f.items(t, file, restaurants.Import{}).Rejected, "another source")
	})
}

func TestA_dish_is_changed_by_what_the_file_says_but_for_its_stock(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		f.restaurants(t, own+"1,A,Thai,,,\n", restaurants.Import{})
		f.items(t, itemHeader+"1,1,Pad Thai,Main,249.50,Old,yes,no,no,15,7\n", restaurants.Import{})
		f.events.take()
		change := itemHeader + "1,1,Pad Thai,Main,259.50,New,yes,yes,yes,20,99\n"
		dry := f.items(t, change, restaurants.Import{DryRun: true})
		assert.Equal(t, int64(1), dry.Updated)
		assert.Equal(t, dry, f.items(t, change, restaurants.Import{}))
		assert.Equal(t, map[string]int{"restaurants.menu_changed": 1}, f.events.take())
		want := []restaurants.MenuItem{{
			Name: "Pad Thai", Category: "Main", Price: 25950, Description: new("New"), IsVegetarian: true, IsVegan: true,
			IsAvailable: true, PreparationTime: new(20), Stock: new(7), Version: 2,
		}}
		assert.Equal(t, want, f.menu(t, "A"))
		says := f.items(t, itemHeader+"1,1,Pad Thai,Main,259.50,,,,,,\n", restaurants.Import{})
		assert.Equal(t, int64(1), says.Unchanged, "what it does not say stays")

		require.NoError(t, f.service.Delete(t.Context(), f.find(t, "A").ID, nil))
		gone := f.items(t, change, restaurants.Import{})
		assert.Equal(t, map[int64]string{2: "restaurant_external_id: The restaurant was deleted here."}, gone.rejected)
	})
}

func TestA_menu_takes_no_more_dishes_than_by_hand(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		f.restaurants(t, own+"1,A,Thai,,,\n", restaurants.Import{})
		var file strings.Builder
		file.WriteString("restaurant_external_id,external_id,name,category,price\n")
		for i := range 1002 {
			fmt.Fprintf(&file, "1,%d,Dish,Main,1\n", i)
		}
		dry := f.items(t, file.String(), restaurants.Import{DryRun: true})
		assert.Equal(t, int64(1002), dry.Created, "without writing nothing fills up")
		got := f.items(t, file.String(), restaurants.Import{})
		assert.Equal(t, int64(1000), got.Created)
		assert.Equal(t, "restaurant_external_id: A menu can have at most 1000 items.", got.rejected[1003])
	})
}
