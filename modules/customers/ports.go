package customers

import "context"

// OrderActivity is what this module asks of the one that keeps orders, which
// implements it from its store. Where there are no orders it answers that there
// are none.
type OrderActivity interface {
	// HasActiveOrders tells whether an order of the customer is under way,
	// neither delivered nor cancelled. It is asked inside the transaction that
	// erases the customer, after the customer was locked (Service.Lock), so
	// that no order comes in between.
	HasActiveOrders(ctx context.Context, customerID int64) (bool, error)
}

// Eraser is a module that keeps something personal of customers. Each is given
// to the fx group "customers.erasers".
type Eraser interface {
	// EraseCustomer removes it, in the transaction that erases the customer: if
	// it fails, nothing is erased.
	EraseCustomer(ctx context.Context, customerID int64) error
}
