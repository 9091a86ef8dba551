package customers

import (
	"context"
	"time"
)

// Importer takes over customers from elsewhere. Safe for concurrent use.
type Importer interface {
	// IsEmpty tells whether the module has never stored a customer.
	IsEmpty(ctx context.Context) (bool, error)
	// ImportCustomers stores customers in one unit of work, all or none, and gives
	// them with their ids, in the same order. The rules are those of customers who
	// are created now. The error names the customer by its place, from 0. An empty
	// list does nothing. Faults: email_taken, phone_taken, or findings about the
	// fields.
	ImportCustomers(ctx context.Context, past []PastCustomer) ([]Customer, error)
}

// PastCustomer is a customer who has been one for some time.
type PastCustomer struct {
	Name        string
	Email       string
	PhoneNumber *string
	Address     *string
	// Since is when they became a customer; not in the future. It is kept to the
	// millisecond.
	Since time.Time
}
