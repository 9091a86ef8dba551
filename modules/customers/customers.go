package customers

import (
	"context"
	"time"

	"zomato/platform/fault"
)

// CodeNotFound is the code of the fault for a customer that does not exist or
// was erased.
const CodeNotFound = "customer_not_found"

// NotFound is that fault.
func NotFound(id int64) *fault.Error {
	return fault.New(fault.NotFound, CodeNotFound, "There is no customer %d.", id)
}

// Customer is a person who orders, as the API shows them.
type Customer struct {
	ID          int64     `json:"id" example:"1"`
	Name        string    `json:"name" example:"Asha Rao"`
	Email       string    `json:"email" doc:"Unique, whatever its case" example:"asha@example.com"`
	PhoneNumber *string   `json:"phone_number" doc:"Unique" example:"+919876543210"`
	Address     *string   `json:"address" example:"12 MG Road, Bengaluru"`
	IsActive    bool      `json:"is_active" doc:"False stops new orders, nothing else"`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`

	// Version rises with every change and is compared by If-Match.
	Version int64 `json:"-"`
}

// Service is what other modules may ask of this one. Its methods join the unit
// of work of the context, if there is one. Safe for concurrent use.
type Service interface {
	// Get gives a customer. Faults: customer_not_found.
	Get(ctx context.Context, id int64) (Customer, error)
	// ByIDs gives the customers with these ids in the order asked for, each
	// once; those who do not exist or were erased are left out.
	ByIDs(ctx context.Context, ids []int64) ([]Customer, error)
	// Lock gives a customer who stays as they are until the caller's unit of
	// work ends: neither changed nor erased. Several may hold one customer at
	// once. Faults: customer_not_found.
	Lock(ctx context.Context, id int64) (Customer, error)
}
