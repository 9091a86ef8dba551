package core

import (
	"slices"
	"time"

	"zomato/modules/orders"
	"zomato/platform/access"
	"zomato/platform/fault"
)

// cancelWindow is how long after the confirmation a customer may still cancel.
const cancelWindow = 120 * time.Second

// allowed gives the statuses that may follow, in the order of the workflow
// (design: domain.md §1).
func allowed(from orders.Status) []orders.Status {
	switch from {
	case orders.StatusPlaced:
		return []orders.Status{orders.StatusConfirmed, orders.StatusCancelled}
	case orders.StatusConfirmed:
		return []orders.Status{orders.StatusPreparing, orders.StatusCancelled}
	case orders.StatusPreparing:
		return []orders.Status{orders.StatusOutForDelivery, orders.StatusCancelled}
	case orders.StatusOutForDelivery:
		return []orders.Status{orders.StatusDelivered, orders.StatusCancelled}
	default:
		return []orders.Status{}
	}
}

// Move is a request to change the status of an order.
type Move struct {
	To         orders.Status
	ReasonCode *string
	Note       *string
}

// judge refuses a move that the workflow forbids, or that is not the caller's
// to make. Faults: invalid_transition, forbidden, too_late_to_cancel, or
// findings about the fields.
func judge(who access.Principal, r Record, m Move, now time.Time) error {
	if !slices.Contains(allowed(r.OrderStatus), m.To) {
		return refuse("invalid_transition", "An order that is "+string(r.OrderStatus)+" cannot become "+string(m.To)+".", r.OrderStatus, m.To)
	}
	if err := mayMove(who, r, m.To, now); err != nil {
		return err
	}
	var findings fault.Findings
	switch {
	case m.ReasonCode == nil && who.Role == access.Restaurant && m.To == orders.StatusCancelled:
		findings.Add("#/reason_code", "required", "A restaurant that cancels says why.")
	case m.ReasonCode != nil && !slices.Contains(reasons(who.Role), *m.ReasonCode):
		findings.Add("#/reason_code", "invalid", "This is no reason of yours.")
	}
	return findings.Err()
}

// mayMove is who may do what (design: domain.md §1, table). The move itself is
// one that the workflow allows.
func mayMove(who access.Principal, r Record, to orders.Status, now time.Time) error {
	cancelling := to == orders.StatusCancelled
	switch who.Role {
	case access.Staff, access.Admin:
		return nil
	case access.Customer:
		switch {
		case !cancelling:
			return forbidden(to)
		case r.OrderStatus == orders.StatusPlaced:
			return nil
		case r.OrderStatus == orders.StatusConfirmed && r.ConfirmedAt != nil && !now.After(r.ConfirmedAt.Add(cancelWindow)):
			return nil
		default:
			return tooLate(r.OrderStatus, to)
		}
	case access.Restaurant:
		if cancelling && r.OrderStatus == orders.StatusOutForDelivery {
			return tooLate(r.OrderStatus, to)
		}
		return nil
	case access.Courier:
		if to == orders.StatusOutForDelivery || to == orders.StatusDelivered {
			return nil
		}
		return forbidden(to)
	default:
		return forbidden(to)
	}
}

// reasons are the reason codes of a role. Staff speaks for everybody; what the
// system says, nobody else does.
func reasons(role access.Role) []string {
	restaurant := []string{
		"store_closed", "closing_early", "too_busy", "item_unavailable", "missing_info", "pricing", "address", "technical", "other",
	}
	customer := []string{"changed_mind", "wrong_items", "wrong_address", "too_late", "duplicate", "other"}
	courier := []string{"customer_unreachable", "address_not_found", "accident", "damaged", "other"}
	switch role {
	case access.Restaurant:
		return restaurant
	case access.Customer:
		return customer
	case access.Courier:
		return courier
	case access.Staff, access.Admin:
		return slices.Concat(restaurant, customer, courier)
	default:
		return nil
	}
}

// roleOf names who does something, for the timeline. Without a caller it is the
// service itself.
func roleOf(who access.Principal) string {
	switch who.Role {
	case access.Customer:
		return "customer"
	case access.Restaurant:
		return "restaurant"
	case access.Courier:
		return "courier"
	case access.Staff, access.Admin:
		return "staff"
	default:
		return "system"
	}
}

// refuse is the fault for a move that the state forbids, with what the client
// needs to go on.
func refuse(code, detail string, from, to orders.Status) *fault.Error {
	return fault.New(fault.Conflict, code, "%s", detail).
		With("current_status", from).With("requested_status", to).With("allowed", allowed(from))
}

func forbidden(to orders.Status) error {
	return fault.New(fault.Forbidden, "forbidden", "It is not yours to make an order %s.", to)
}

// tooLate does not say what may follow: the workflow would allow the move, but
// not to this caller.
func tooLate(from, to orders.Status) error {
	return fault.New(fault.Conflict, "too_late_to_cancel", "It is too late for you to cancel this order.").
		With("current_status", from).With("requested_status", to)
}
