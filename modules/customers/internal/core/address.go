package core

import (
	"context"

	"zomato/modules/customers"
	"zomato/platform/fault"
	"zomato/platform/idempotency"
	"zomato/platform/patch"
)

// The limits of saved addresses. Their number is bounded since they are
// answered whole.
const (
	maxAddresses = 50
	maxLabel     = 50
)

// Address is a saved address of a customer.
type Address struct {
	ID         int64
	CustomerID int64
	Label      string
	Address    string
	Latitude   *float64 // degrees, -90 to 90
	Longitude  *float64 // degrees, -180 to 180
	IsDefault  bool     // at most one of a customer's
	Version    int64
}

// AddressChanges is a partial update of an address.
type AddressChanges struct {
	Label     patch.Field[string]
	Address   patch.Field[string]
	Latitude  patch.Field[float64]
	Longitude patch.Field[float64]
	IsDefault patch.Field[bool]
}

// AddressStore keeps addresses.
type AddressStore interface {
	// Addresses reads all of a customer's, by id.
	Addresses(ctx context.Context, customerID int64) ([]Address, error)
	// InsertAddress stores a new one and gives the id.
	InsertAddress(ctx context.Context, a Address) (int64, error)
	// UpdateAddress stores every field.
	UpdateAddress(ctx context.Context, a Address) error
	// DeleteAddress removes one.
	DeleteAddress(ctx context.Context, a Address) error
	// ClearDefault makes none of the customer's addresses the default.
	ClearDefault(ctx context.Context, customerID int64) error
}

// Addresses gives all saved addresses of a customer, the oldest first. Faults:
// customer_not_found.
func (s *Service) Addresses(ctx context.Context, customerID int64) ([]Address, error) {
	if _, err := s.store.Get(ctx, customerID); err != nil {
		return nil, err
	}
	return s.store.Addresses(ctx, customerID)
}

// AddAddress saves an address. Faults: customer_not_found, too_many_addresses,
// or findings about the fields.
func (s *Service) AddAddress(ctx context.Context, a Address) (Address, error) {
	a.Version = 1
	if err := a.tidy(); err != nil {
		return a, err
	}
	return idempotency.Write(ctx, s.tx, func(ctx context.Context) (stored Address, err error) {
		stored = a
		err = s.changeWithin(ctx, a.CustomerID, func(ctx context.Context, _ customers.Customer) error {
			saved, err := s.store.Addresses(ctx, a.CustomerID)
			if err != nil {
				return err
			}
			if len(saved) >= maxAddresses {
				return fault.New(fault.Conflict, "too_many_addresses", "A customer can save at most %d addresses.", maxAddresses)
			}
			if err = s.makeRoomForDefault(ctx, a); err != nil {
				return err
			}
			stored.ID, err = s.store.InsertAddress(ctx, a)
			return err
		})
		return stored, err
	})
}

// UpdateAddress changes the fields that are set. Faults: customer_not_found,
// address_not_found, version_changed, or findings about the fields.
func (s *Service) UpdateAddress(ctx context.Context, customerID, id int64, c AddressChanges, versions []int64) (Address, error) {
	var updated Address
	err := s.change(ctx, customerID, func(ctx context.Context, _ customers.Customer) error {
		old, err := s.address(ctx, customerID, id, versions)
		if err != nil {
			return err
		}
		updated = old
		updated.Label = c.Label.Apply(old.Label)
		updated.Address = c.Address.Apply(old.Address)
		updated.Latitude = c.Latitude.ApplyNullable(old.Latitude)
		updated.Longitude = c.Longitude.ApplyNullable(old.Longitude)
		updated.IsDefault = c.IsDefault.Apply(old.IsDefault)
		updated.Version++
		if err = updated.tidy(); err != nil {
			return err
		}
		if err = s.makeRoomForDefault(ctx, updated); err != nil {
			return err
		}
		return s.store.UpdateAddress(ctx, updated)
	})
	return updated, err
}

// DeleteAddress removes a saved address. Faults: customer_not_found,
// address_not_found, version_changed.
func (s *Service) DeleteAddress(ctx context.Context, customerID, id int64, versions []int64) error {
	return s.change(ctx, customerID, func(ctx context.Context, _ customers.Customer) error {
		old, err := s.address(ctx, customerID, id, versions)
		if err != nil {
			return err
		}
		return s.store.DeleteAddress(ctx, old)
	})
}

// address finds one of a locked customer's addresses.
func (s *Service) address(ctx context.Context, customerID, id int64, versions []int64) (Address, error) {
	saved, err := s.store.Addresses(ctx, customerID)
	if err != nil {
		return Address{}, err
	}
	for _, a := range saved {
		if a.ID == id {
			return a, patch.Match(versions, a.Version)
		}
	}
	return Address{}, fault.New(fault.NotFound, "address_not_found", "Customer %d has no address %d.", customerID, id)
}

func (s *Service) makeRoomForDefault(ctx context.Context, a Address) error {
	if !a.IsDefault {
		return nil
	}
	return s.store.ClearDefault(ctx, a.CustomerID)
}

func (a *Address) tidy() error {
	var findings fault.Findings
	findings.Text("#/label", &a.Label, maxLabel)
	findings.Text("#/address", &a.Address, maxAddress)
	findings.Place(&a.Latitude, &a.Longitude)
	return findings.Err()
}
