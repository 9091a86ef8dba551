package restaurantstest_test

import (
	"testing"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/restaurantstest"
)

func TestFake_keeps_the_contract(t *testing.T) {
	t.Parallel()
	restaurantstest.RunSuite(t, func(*testing.T) restaurantstest.Subject {
		fake := restaurantstest.New()
		var last int64
		return restaurantstest.Subject{Service: fake, Seed: func(_ *testing.T, name string) restaurants.Restaurant {
			last++
			made := restaurants.Restaurant{ID: last, Name: name, Cuisines: []string{"Indian"}, IsActive: true, Version: 1}
			fake.Add(made)
			return made
		}, SeedItem: func(_ *testing.T, item restaurants.MenuItem) restaurants.MenuItem {
			last++
			item.ID = last
			fake.AddItem(item)
			return item
		}}
	})
}
