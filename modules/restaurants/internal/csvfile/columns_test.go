package csvfile_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"zomato/modules/restaurants"
)

func TestEvery_column_is_taken_over_and_changed(t *testing.T) {
	t.Parallel()
	const header = "external_id,name,cuisines,description,address,city,location,latitude,longitude,phone_number,price_level," +
		"currency,timezone,is_active,min_order_amount,delivery_fee,rating,votes\n"
	each(t, func(t *testing.T, f fixture) {
		f.restaurants(t, header+`1,Spice,"Thai, Café","Two
lines",5 Church Street,Goa,Baga,15.5,73.75,+911234567890,2,EUR,Europe/Paris,yes,100,20.5,4,10`+"\n", restaurants.Import{})
		first := restaurants.Restaurant{
			Name: "Spice", Cuisines: []string{"Thai", "Café"}, Description: new("Two\nlines"), Address: new("5 Church Street"),
			City: new("Goa"), Location: new("Baga"), Latitude: new(15.5), Longitude: new(73.75), PhoneNumber: new("+911234567890"),
			PriceLevel: new(2), Currency: "EUR", Timezone: "Europe/Paris", IsActive: true, IsOpen: true, Rating: 4, RatingCount: 10,
			MinOrderAmount: 10000, DeliveryFee: 2050, Version: 1,
		}
		assert.Equal(t, map[string]restaurants.Restaurant{"Spice": first}, f.all(t))
		id := f.find(t, "Spice").ID

		got := f.restaurants(t, header+"1,Salt,CAFE,One,6 Church Street,Pune,Kothrud,18.5,73.8,+911234567891,3,USD,America/Denver,0,0,0,3,20\n",
			restaurants.Import{})
		assert.Equal(t, int64(1), got.Updated)
		after, err := f.service.Get(t.Context(), id)
		assert.NoError(t, err)
		assert.Equal(t, restaurants.Restaurant{
			ID: id, Name: "Salt", Cuisines: []string{"Café"}, Description: new("One"), Address: new("6 Church Street"),
			City: new("Pune"), Location: new("Kothrud"), Latitude: new(18.5), Longitude: new(73.8), PhoneNumber: new("+911234567891"),
			PriceLevel: new(3), Currency: "USD", Timezone: "America/Denver", IsOpen: true, Rating: 3, RatingCount: 20, Version: 2,
			CreatedAt: after.CreatedAt, UpdatedAt: after.UpdatedAt,
		}, after)
	})
}
