package core

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zomato/modules/customers"
	"zomato/modules/orders"
	"zomato/modules/restaurants"
	"zomato/platform/access"
	"zomato/platform/calendar"
	"zomato/platform/fault"
	"zomato/platform/idempotency"
	"zomato/platform/money"
)

// attempts is how often an order is prepared, by reading, before it is given up
// because the menu, the restaurant or the customer changed under it each time.
const attempts = 5

// errStale says that what an order was prepared from is no longer so.
var errStale = errors.New("something has changed since the order was prepared")

// Plan is an order that can be placed as long as nothing changes.
type Plan struct {
	record Record
	basket restaurants.Basket
	// zone is the restaurant's time zone.
	zone *time.Location
	// confirmWithin is how long the restaurant may take to confirm; nil is for
	// ever.
	confirmWithin *time.Duration
}

// Prepare reads, checks and prices a new order, outside of the unit of work.
// Faults: see orders.Service.
func (s *Service) Prepare(ctx context.Context, n orders.NewOrder) (Plan, error) {
	x, err := s.examine(ctx, n)
	if err != nil {
		return Plan{}, err
	}
	if err = x.err(); err != nil {
		return Plan{}, err
	}
	return s.plan(x)
}

// recalled prepares a new order from what is remembered of the menu, and reads
// nothing. It is no more than a guess until Commit, which compares all that the
// order depends on with the present, and looks at the customer. False says that
// it has to be prepared by reading: something is not remembered, or seems wrong
// with the order, of which only the present can tell.
func (s *Service) recalled(n orders.NewOrder) (Plan, bool) {
	restaurant, items, known := s.menus.Recall(n.RestaurantID, itemsOf(n))
	if !known {
		return Plan{}, false
	}
	about := subject{order: n, customer: &customers.Customer{ID: n.CustomerID, IsActive: true}, restaurant: &restaurant}
	x := about.examineWith(items)
	if len(x.findings) > 0 {
		return Plan{}, false
	}
	plan, err := s.plan(x)
	return plan, err == nil
}

// plan makes a plan of what was examined. Nothing must have been found.
func (s *Service) plan(x *examination) (Plan, error) {
	zone, err := s.zones.Zone(x.restaurant.Timezone)
	if err != nil {
		return Plan{}, fmt.Errorf("find the time zone of restaurant %d: %w", x.restaurant.ID, err)
	}
	return x.plan(zone), nil
}

// plan copies names and prices into the order. Nothing must have been found.
func (x *examination) plan(zone *time.Location) Plan {
	n, r := x.order, *x.restaurant
	plan := Plan{
		record: Record{RestaurantName: r.Name, Order: orders.Order{
			CustomerID: n.CustomerID, RestaurantID: n.RestaurantID, OrderStatus: orders.StatusPlaced,
			TotalAmount: x.pricing.Total, Currency: r.Currency, Pricing: *x.pricing,
			DeliveryAddress: &n.DeliveryAddress, SpecialInstructions: n.SpecialInstructions, DeliverySlot: n.DeliverySlot, Version: 1,
		}},
		basket: restaurants.Basket{Restaurant: r, Items: x.items}, zone: zone,
	}
	for _, line := range n.Lines {
		item := x.byID[line.MenuItemID]
		plan.record.OrderItems = append(plan.record.OrderItems, orders.Line{
			MenuItemID: item.ID, Name: item.Name, Quantity: line.Quantity, ItemPrice: item.Price,
			LineTotal: item.Price * money.Amount(line.Quantity), SpecialRequests: line.SpecialRequests,
		})
		plan.record.FromStock = append(plan.record.FromStock, item.Stock != nil)
		plan.basket.Portions = append(plan.basket.Portions, restaurants.Portion{MenuItemID: item.ID, Quantity: line.Quantity})
	}
	if r.ConfirmWithinMinutes != nil {
		within := time.Duration(*r.ConfirmWithinMinutes) * time.Minute
		plan.confirmWithin = &within
	}
	return plan
}

// Commit stores an order as it was prepared, in the unit of work of the context.
// It only writes, under the condition that nothing has changed since; if
// something has, the error is errStale and the order has to be prepared again.
// Rows are locked in the order of reliability.md §2: restaurant, items by id,
// customer. The figures come last, since all orders of a restaurant wait for
// each other there.
func (s *Service) Commit(ctx context.Context, plan Plan) (orders.Order, error) {
	err := s.restaurants.TakeStock(ctx, plan.basket)
	if fault.Is(err, restaurants.CodeMenuChanged) {
		return orders.Order{}, fmt.Errorf("%w: %w", errStale, err)
	}
	if err != nil {
		return orders.Order{}, err
	}
	customer, err := s.customers.Lock(ctx, plan.record.CustomerID)
	if fault.Is(err, customers.CodeNotFound) {
		return orders.Order{}, fmt.Errorf("%w: %w", errStale, err)
	}
	if err != nil {
		return orders.Order{}, err
	}
	if !customer.IsActive {
		return orders.Order{}, fmt.Errorf("%w: customer %d is not active", errStale, customer.ID)
	}
	record, err := s.store.Insert(ctx, plan.placedAt(s.clock.Now()))
	if err != nil {
		return orders.Order{}, err
	}
	if err = s.store.AddEntries(ctx, OrderEntry{placing(record, access.From(ctx)), record.ID}); err != nil {
		return orders.Order{}, err
	}
	if err = s.store.AddToFigures(ctx, tally(record, "", orders.StatusPlaced)); err != nil {
		return orders.Order{}, err
	}
	return record.Order, s.events.Publish(ctx, orders.Placed{
		OrderID: record.ID, CustomerID: record.CustomerID, RestaurantID: record.RestaurantID,
	})
}

// placedAt gives the order that the plan becomes when it is placed at a time.
func (p Plan) placedAt(at time.Time) Record {
	record := p.record
	record.OrderDate = at
	record.Day, record.Hour = calendar.DayOf(at, p.zone), at.In(p.zone).Hour()
	if p.confirmWithin != nil {
		by := at.Add(*p.confirmWithin)
		record.ConfirmBy = &by
	}
	return record
}

// placing is the first entry of the timeline of a new order.
func placing(r Record, who access.Principal) Entry {
	return Entry{Event: string(orders.StatusPlaced), At: r.OrderDate, By: roleOf(who)}
}

// Place implements orders.Service. The first attempt reads nothing before it
// writes, where the menu is remembered (docs/adr/0024).
func (s *Service) Place(ctx context.Context, n orders.NewOrder) (placed orders.Order, err error) {
	err = errStale
	if plan, known := s.recalled(n); known {
		placed, err = s.write(ctx, plan)
	}
	for try := 0; try < attempts && errors.Is(err, errStale); try++ {
		var plan Plan
		if plan, err = s.Prepare(ctx, n); err == nil {
			placed, err = s.write(ctx, plan)
		}
	}
	if errors.Is(err, errStale) {
		return orders.Order{}, fault.New(fault.Unavailable, "order_busy",
			"The menu is changing while this order is placed: try again.").After(time.Second).Because(err)
	}
	return placed, err
}

// write commits a plan in a unit of work.
func (s *Service) write(ctx context.Context, plan Plan) (orders.Order, error) {
	return idempotency.Write(ctx, s.tx, func(ctx context.Context) (orders.Order, error) {
		return s.Commit(ctx, plan)
	})
}

// Get implements orders.Service.
func (s *Service) Get(ctx context.Context, id int64) (orders.Order, error) {
	r, err := s.store.Get(ctx, id)
	return r.Order, err
}
