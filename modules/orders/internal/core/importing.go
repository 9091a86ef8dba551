package core

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"zomato/modules/customers"
	"zomato/modules/orders"
	"zomato/modules/restaurants"
	"zomato/platform/access"
	"zomato/platform/clock"
	"zomato/platform/fault"
)

// ImportStore keeps what is taken over.
type ImportStore interface {
	// IsEmpty tells whether there has never been an order.
	IsEmpty(ctx context.Context) (bool, error)
	// InsertAll stores orders as they are by now and gives them with their ids.
	InsertAll(ctx context.Context, records []Record) ([]Record, error)
}

var _ orders.Importer = (*Service)(nil)

// IsEmpty implements orders.Importer.
func (s *Service) IsEmpty(ctx context.Context) (bool, error) { return s.store.IsEmpty(ctx) }

// ImportOrders implements orders.Importer. Rows are locked in the order of
// reliability.md §2, customers by id.
func (s *Service) ImportOrders(ctx context.Context, past []orders.PastOrder) ([]orders.Order, error) {
	if len(past) == 0 {
		return nil, nil // nothing happened that anybody had to be told of
	}
	now := s.clock.Now()
	var stored []orders.Order
	err := s.tx.Write(ctx, func(ctx context.Context) error {
		about, err := s.readImport(ctx, past)
		if err != nil {
			return err
		}
		histories := make([]history, len(past))
		records := make([]Record, len(past))
		for i, p := range past {
			if histories[i], err = s.relive(about.of(p), p, now); err != nil {
				return fmt.Errorf("order %d: %w", i, err)
			}
			records[i] = histories[i].record
		}
		if records, err = s.store.InsertAll(ctx, records); err != nil {
			return err
		}
		stored = make([]orders.Order, len(records))
		for i, r := range records {
			stored[i] = r.Order
		}
		return s.bookImport(ctx, histories, records)
	})
	if err != nil {
		return nil, err
	}
	return stored, nil
}

// bookImport adds to timelines and figures what orders went through, and tells
// of it.
func (s *Service) bookImport(ctx context.Context, histories []history, records []Record) error {
	var entries []OrderEntry
	var tallies []Tally
	atRestaurants, ofCustomers := map[int64]bool{}, map[int64]bool{}
	for i, h := range histories {
		r := records[i]
		atRestaurants[r.RestaurantID], ofCustomers[r.CustomerID] = true, true
		from := orders.Status("")
		for _, e := range h.entries {
			entries = append(entries, OrderEntry{e, r.ID})
			tallies = append(tallies, tally(r, from, orders.Status(e.Event)))
			from = orders.Status(e.Event)
		}
	}
	if err := s.store.AddEntries(ctx, entries...); err != nil {
		return err
	}
	if err := s.store.AddToFigures(ctx, tallies...); err != nil {
		return err
	}
	return s.events.Publish(ctx, orders.Imported{
		CustomerIDs: slices.Sorted(maps.Keys(ofCustomers)), RestaurantIDs: slices.Sorted(maps.Keys(atRestaurants)),
	})
}

// importable is what orders that are taken over are about.
type importable struct {
	customers   map[int64]customers.Customer
	restaurants map[int64]restaurants.Restaurant
	items       map[int64]restaurants.MenuItem
}

// of gives what one of the orders is about.
func (i importable) of(p orders.PastOrder) subject {
	about := subject{order: p.NewOrder, items: i.items}
	if customer, ok := i.customers[p.CustomerID]; ok {
		about.customer = &customer
	}
	if restaurant, ok := i.restaurants[p.RestaurantID]; ok {
		about.restaurant = &restaurant
	}
	return about
}

// readImport reads what the orders are about, and locks the customers: none of
// them is erased before their orders are stored.
func (s *Service) readImport(ctx context.Context, past []orders.PastOrder) (importable, error) {
	ofCustomers, atRestaurants, ofItems := map[int64]bool{}, map[int64]bool{}, map[int64]bool{}
	for _, p := range past {
		ofCustomers[p.CustomerID], atRestaurants[p.RestaurantID] = true, true
		for _, line := range p.Lines {
			ofItems[line.MenuItemID] = true
		}
	}
	about := importable{map[int64]customers.Customer{}, map[int64]restaurants.Restaurant{}, map[int64]restaurants.MenuItem{}}
	found, err := s.restaurants.ByIDs(ctx, slices.Sorted(maps.Keys(atRestaurants)))
	if err != nil {
		return about, err
	}
	for _, r := range found {
		about.restaurants[r.ID] = r
	}
	items, err := s.restaurants.Items(ctx, slices.Sorted(maps.Keys(ofItems)))
	if err != nil {
		return about, err
	}
	for _, item := range items {
		about.items[item.ID] = item
	}
	for _, id := range slices.Sorted(maps.Keys(ofCustomers)) {
		customer, err := s.customers.Lock(ctx, id)
		if err != nil && !fault.Is(err, customers.CodeNotFound) {
			return about, err
		}
		if err == nil {
			about.customers[id] = customer
		}
	}
	return about, nil
}

// history is an order as its past has made it.
type history struct {
	record  Record
	entries []Entry // its timeline, still without the order's id
}

// relive places a past order and moves it along, by the rules for all orders.
func (s *Service) relive(about subject, p orders.PastOrder, now time.Time) (history, error) {
	x := about.examine()
	if p.PlacedAt.After(now) {
		x.add(fault.Invalid, "#/placed_at", "out_of_range", "An order from before was not placed in the future.")
	}
	if err := x.err(); err != nil {
		return history{}, err
	}
	plan, err := s.plan(x)
	if err != nil {
		return history{}, err
	}
	record := plan.placedAt(clock.Told(p.PlacedAt))
	clear(record.FromStock)
	h := history{record: record, entries: []Entry{placing(record, access.Principal{Role: access.Customer})}}
	return h, h.move(p.Moves, now)
}

// move makes the moves of a past order.
func (h *history) move(moves []orders.PastMove, now time.Time) error {
	last := h.record.OrderDate
	for i, m := range moves {
		m.At = clock.Told(m.At)
		if m.At.Before(last) || m.At.After(now) {
			return fault.Fields(fault.Field{
				Pointer: fmt.Sprintf("#/moves/%d/at", i), Code: "out_of_range",
				Detail: "A move is neither before the one before it nor in the future.",
			})
		}
		last = m.At
		who := access.Principal{Role: m.By, CustomerID: h.record.CustomerID, RestaurantID: h.record.RestaurantID}
		if err := judge(who, h.record, Move{To: m.To, ReasonCode: m.ReasonCode}, m.At); err != nil {
			return fmt.Errorf("move %d: %w", i, err)
		}
		h.record = transition(h.record, m.To, m.At).apply(h.record)
		h.entries = append(h.entries, Entry{Event: string(m.To), At: m.At, By: roleOf(who), ReasonCode: m.ReasonCode})
	}
	return nil
}
