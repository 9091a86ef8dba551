package core

import (
	"context"
	"time"

	"zomato/modules/orders"
	"zomato/modules/restaurants"
	"zomato/platform/access"
	"zomato/platform/fault"
	"zomato/platform/patch"
)

// maxNote is the length of a note, in characters.
const maxNote = 500

// ChangeStatus moves an order along its workflow. The same status again changes
// nothing. Versions are those of If-Match, nil for any. Of two that move one
// order at once, one succeeds. To a customer or a restaurant another's order
// does not exist. Faults: order_not_found, version_changed, invalid_transition,
// status_changed, forbidden, too_late_to_cancel, or findings about the fields.
func (s *Service) ChangeStatus(ctx context.Context, id int64, m Move, versions []int64) (orders.Order, error) {
	if err := m.tidy(); err != nil {
		return orders.Order{}, err
	}
	who := access.From(ctx)
	old, err := s.own(ctx, id)
	if err != nil {
		return orders.Order{}, err
	}
	if err = patch.Match(versions, old.Version); err != nil {
		return orders.Order{}, err
	}
	if m.To == old.OrderStatus {
		return old.Order, nil
	}
	now := s.clock.Now()
	if err = judge(who, old, m, now); err != nil {
		return orders.Order{}, err
	}
	t := transition(old, m.To, now)
	entry := Entry{Event: string(m.To), At: now, By: roleOf(who), ReasonCode: m.ReasonCode, Note: m.Note}
	moved := false
	err = s.tx.Write(ctx, func(ctx context.Context) (err error) {
		moved, err = s.move(ctx, old, t, entry)
		return err
	})
	if err != nil {
		return orders.Order{}, err
	}
	if !moved {
		return s.lost(ctx, id, m, versions)
	}
	return t.apply(old).Order, nil
}

// transition is the change that moves an order at a time.
func transition(r Record, to orders.Status, at time.Time) Transition {
	t := Transition{
		OrderID: r.ID, From: r.OrderStatus, To: to, Version: r.Version,
		ConfirmedAt: r.ConfirmedAt, DeliveryTime: r.DeliveryTime,
	}
	switch to {
	case orders.StatusConfirmed:
		t.ConfirmedAt = &at
	case orders.StatusDelivered:
		t.DeliveryTime = &at
	default: // the others leave no time but the timeline's
	}
	return t
}

// apply gives the order as it is after the transition.
func (t Transition) apply(r Record) Record {
	r.OrderStatus, r.ConfirmedAt, r.DeliveryTime, r.Version = t.To, t.ConfirmedAt, t.DeliveryTime, t.Version+1
	return r
}

// move makes a transition in the unit of work of the context. False says that
// somebody else was first, and that nothing was changed.
func (s *Service) move(ctx context.Context, old Record, t Transition, entry Entry) (bool, error) {
	moved, err := s.store.Move(ctx, t)
	if err != nil || !moved {
		return false, err
	}
	if err = s.store.AddEntries(ctx, OrderEntry{entry, t.OrderID}); err != nil {
		return false, err
	}
	if t.To == orders.StatusCancelled {
		if err = s.restaurants.ReturnStock(ctx, toReturn(old)); err != nil {
			return false, err
		}
	}
	if err = s.store.AddToFigures(ctx, tally(old, t.From, t.To)); err != nil {
		return false, err
	}
	return true, s.events.Publish(ctx, orders.StatusChanged{
		OrderID: t.OrderID, CustomerID: old.CustomerID, RestaurantID: old.RestaurantID, Status: t.To,
	})
}

// toReturn gives what goes back into stock when an order is cancelled: nothing
// once the kitchen is at it.
func toReturn(r Record) []restaurants.Portion {
	var back []restaurants.Portion
	if r.OrderStatus != orders.StatusPlaced && r.OrderStatus != orders.StatusConfirmed {
		return back
	}
	for i, line := range r.OrderItems {
		if r.FromStock[i] {
			back = append(back, restaurants.Portion{MenuItemID: line.MenuItemID, Quantity: line.Quantity})
		}
	}
	return back
}

// lost answers the one of two that came second: it is not judged again, even if
// its move were legal from the new status, which its caller has not seen.
func (s *Service) lost(ctx context.Context, id int64, m Move, versions []int64) (orders.Order, error) {
	now, err := s.store.Get(ctx, id)
	if err != nil {
		return orders.Order{}, err
	}
	if err = patch.Match(versions, now.Version); err != nil {
		return orders.Order{}, err
	}
	if m.To == now.OrderStatus {
		return now.Order, nil
	}
	return orders.Order{}, refuse("status_changed", "The order became "+string(now.OrderStatus)+" at the same moment.", now.OrderStatus, m.To)
}

func (m *Move) tidy() error {
	var findings fault.Findings
	findings.OptionalText("#/note", &m.Note, maxNote)
	return findings.Err()
}

// own gives an order that exists for the caller. Faults: order_not_found.
func (s *Service) own(ctx context.Context, id int64) (Record, error) {
	r, err := s.store.Get(ctx, id)
	if err == nil && !r.ExistsFor(access.From(ctx)) {
		return Record{}, orders.NotFound(id)
	}
	return r, err
}
