package demo

import (
	"time"

	"zomato/modules/orders"
	"zomato/platform/access"
)

// showcase are the first ten orders, all of this day: one of each status, so that
// a small id shows it, and delivered ones. Order 10 is customer 1's, of
// restaurant 2, delivered two hours ago and without a review: the examples of the
// API review it.
func (f *filler) showcase() []orders.PastOrder {
	asha, second := f.people[0], f.kitchens[1]
	made := make([]orders.PastOrder, 0, minOrders)
	for i, minutes := range []int{1, 4, 12, 40, 55, 70, 190, 185, 180, 165} {
		person, kitchen := f.people[i+1], f.kitchens[(i+2)%len(f.kitchens)]
		lines := f.lines(kitchen.items)
		if i == minOrders-1 {
			person, kitchen = asha, second
			lines = []orders.NewLine{{MenuItemID: second.items[0].ID, Quantity: 2, SpecialRequests: new("extra spicy")}, {MenuItemID: second.items[2].ID, Quantity: 1}}
		}
		placed := moment(f.options.Now.Add(-time.Duration(minutes) * time.Minute))
		made = append(made, orders.PastOrder{PlacedAt: placed, Moves: f.showcaseMoves(i, placed), NewOrder: orders.NewOrder{
			CustomerID: person.ID, RestaurantID: kitchen.ID, DeliveryAddress: *person.Address, Lines: lines,
		}})
	}
	return made
}

// showcaseMoves are what happened to one of the first ten.
func (f *filler) showcaseMoves(i int, placed time.Time) []orders.PastMove {
	way := []orders.PastMove{
		{To: orders.StatusConfirmed, At: placed.Add(2 * time.Minute), By: access.Restaurant},
		{To: orders.StatusPreparing, At: placed.Add(4 * time.Minute), By: access.Restaurant},
		{To: orders.StatusOutForDelivery, At: placed.Add(25 * time.Minute), By: access.Courier},
		{To: orders.StatusDelivered, At: placed.Add(45 * time.Minute), By: access.Courier},
	}
	switch i {
	case 0, 1, 2, 3: // placed, confirmed, preparing, out for delivery
		way = way[:i]
	case 4:
		way = []orders.PastMove{{To: orders.StatusCancelled, At: placed.Add(time.Minute), By: access.Customer, ReasonCode: new("changed_mind")}}
	case 5:
		way = append(way[:1], orders.PastMove{To: orders.StatusCancelled, At: placed.Add(6 * time.Minute), By: access.Restaurant, ReasonCode: new("item_unavailable")})
	}
	return f.happened(way)
}
