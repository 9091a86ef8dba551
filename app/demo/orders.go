package demo

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"zomato/modules/orders"
	"zomato/modules/restaurants"
	"zomato/platform/access"
)

// fillOrders stores the showcase and then the history, the oldest first.
func (f *filler) fillOrders(ctx context.Context) error {
	placed := f.showcase()
	done := 0
	store := func() error {
		if err := f.storeOrders(ctx, placed); err != nil {
			return err
		}
		done += len(placed)
		placed = placed[:0]
		if f.options.Progress != nil {
			f.options.Progress(done)
		}
		return f.pause(ctx)
	}
	popular := newLottery(f.popularity())
	for hour := range f.hours(f.options.Orders - len(placed)) {
		for _, at := range hour {
			placed = append(placed, f.order(popular, at))
			if len(placed) == ordersAtOnce {
				if err := store(); err != nil {
					return err
				}
			}
		}
	}
	if len(placed) == 0 {
		return nil
	}
	return store()
}

// storeOrders is one unit of work, and one for the reviews of these orders.
func (f *filler) storeOrders(ctx context.Context, placed []orders.PastOrder) error {
	stored, err := f.to.Orders.ImportOrders(ctx, placed)
	if err != nil {
		return fmt.Errorf("import orders: %w", err)
	}
	if len(f.report.Orders) == 0 && stored[0].ID != 1 {
		return errIDs
	}
	for _, o := range stored {
		f.report.Orders[o.OrderStatus]++
	}
	if f.to.Reviews == nil {
		return nil
	}
	written := f.reviews(stored)
	if _, err = f.to.Reviews.ImportReviews(ctx, written); err != nil {
		return fmt.Errorf("import reviews: %w", err)
	}
	f.report.Reviews += len(written)
	return nil
}

// hours gives the times of so many orders, hour by hour, each hour's in order:
// few in the night, most of them for lunch and dinner, more on weekends.
func (f *filler) hours(n int) func(yield func([]time.Time) bool) {
	count := int(history / time.Hour)
	weights := make([]float64, count)
	for h := range weights {
		at := f.begin.Add(time.Duration(h) * time.Hour).In(f.wall())
		weights[h] = appetite(at)
	}
	parts := shares(weights, n)
	return func(yield func([]time.Time) bool) {
		for h, orders := range parts {
			times := make([]time.Time, orders)
			for i := range times {
				// The last orders of all are some minutes old.
				within := time.Duration(f.random.Int64N(int64(time.Hour - 2*time.Minute)))
				times[i] = moment(f.begin.Add(time.Duration(h)*time.Hour + within))
			}
			slices.SortFunc(times, time.Time.Compare)
			if !yield(times) {
				return
			}
		}
	}
}

// wall is the time zone of the city.
func (f *filler) wall() *time.Location {
	zone, err := time.LoadLocation(f.kitchens[0].Timezone)
	if err != nil {
		return time.UTC // never: the import has checked it
	}
	return zone
}

// appetite is how much is ordered at that hour, in some unit.
func appetite(at time.Time) float64 {
	byHour := [24]float64{2, 1, .5, .2, .2, .3, 1, 2, 4, 4, 4, 6, 11, 13, 9, 5, 4, 5, 7, 11, 15, 14, 9, 4}
	weight := byHour[at.Hour()]
	if day := at.Weekday(); day == time.Saturday || day == time.Sunday {
		weight *= 1.4
	}
	return weight
}

// shares divides n in proportion to the weights: the parts add up to n.
func shares(weights []float64, n int) []int {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	parts := make([]int, len(weights))
	sum, given := 0.0, 0
	for i, w := range weights {
		sum += w
		upTo := int(math.Round(float64(n) * sum / total))
		if i == len(weights)-1 {
			upTo = n
		}
		parts[i], given = upTo-given, upTo
	}
	return parts
}

// popularity is how often a restaurant is ordered from: as it was voted on
// elsewhere.
func (f *filler) popularity() []float64 {
	weights := make([]float64, len(f.kitchens))
	for i, k := range f.kitchens {
		weights[i] = float64(k.RatingCount) + 2
	}
	return weights
}

// lottery draws places with chances in proportion to weights.
type lottery []float64

func newLottery(weights []float64) lottery {
	sums, sum := make(lottery, len(weights)), 0.0
	for i, w := range weights {
		sum += w
		sums[i] = sum
	}
	return sums
}

func (l lottery) draw(chance float64) int {
	at, _ := slices.BinarySearch(l, chance*l[len(l)-1])
	return min(at, len(l)-1)
}

// order makes up an order that was placed at a time. A fifth of the customers are
// regulars, who get half of the orders and their share of the other half.
func (f *filler) order(popular lottery, at time.Time) orders.PastOrder {
	regulars := f.people[:len(f.people)/5]
	customer := one(f.random, f.people)
	if f.random.IntN(2) == 0 {
		customer = one(f.random, regulars)
	}
	kitchen := f.kitchens[popular.draw(f.random.Float64())]
	past := orders.PastOrder{PlacedAt: at, NewOrder: orders.NewOrder{
		CustomerID: customer.ID, RestaurantID: kitchen.ID, DeliveryAddress: *customer.Address, Lines: f.lines(kitchen.items),
	}}
	if f.random.IntN(6) == 0 {
		past.SpecialInstructions = new(one(f.random, []string{"Leave at door", "Call at the gate", "Ring the bell twice", "Hand it to the guard"}))
	}
	past.Moves = f.moves(at)
	return past
}

// lines chooses from a menu.
func (f *filler) lines(menu []restaurants.MenuItem) []orders.NewLine {
	lines := make([]orders.NewLine, 1+f.random.IntN(min(4, len(menu))))
	first := f.random.IntN(len(menu))
	for i := range lines {
		lines[i] = orders.NewLine{MenuItemID: menu[(first+i)%len(menu)].ID, Quantity: 1 + f.random.IntN(8)/6 + f.random.IntN(20)/19}
		if f.random.IntN(12) == 0 {
			lines[i].SpecialRequests = new(one(f.random, []string{"extra spicy", "less oil", "no onion", "no garlic", "well done", "sauce on the side"}))
		}
	}
	return lines
}

// moves makes up what has happened to an order by now.
func (f *filler) moves(placed time.Time) []orders.PastMove {
	confirmed := placed.Add(f.between(20*time.Second, 4*time.Minute))
	preparing := confirmed.Add(f.between(time.Minute, 5*time.Minute))
	out := preparing.Add(f.between(10*time.Minute, 30*time.Minute))
	way := []orders.PastMove{
		{To: orders.StatusConfirmed, At: confirmed, By: access.Restaurant},
		{To: orders.StatusPreparing, At: preparing, By: access.Restaurant},
		{To: orders.StatusOutForDelivery, At: out, By: access.Courier},
		{To: orders.StatusDelivered, At: out.Add(f.between(8*time.Minute, 35*time.Minute)), By: access.Courier},
	}
	switch f.random.IntN(50) {
	case 0, 1: // the customer thinks better of it
		way = []orders.PastMove{{To: orders.StatusCancelled, At: confirmed, By: access.Customer, ReasonCode: new("changed_mind")}}
	case 2: // the restaurant cannot
		reason := one(f.random, []string{"too_busy", "item_unavailable", "closing_early"})
		way = append(way[:1], orders.PastMove{To: orders.StatusCancelled, At: preparing, By: access.Restaurant, ReasonCode: &reason})
	}
	return f.happened(way)
}

// happened leaves out what is still to come.
func (f *filler) happened(way []orders.PastMove) []orders.PastMove {
	for i := range way {
		if way[i].At = moment(way[i].At); way[i].At.After(f.options.Now) {
			return way[:i]
		}
	}
	return way
}

// between gives a time span at random.
func (f *filler) between(least, most time.Duration) time.Duration {
	return least + time.Duration(f.random.Int64N(int64(most-least)))
}
