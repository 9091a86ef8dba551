package core

import (
	"context"
	"fmt"

	"zomato/modules/customers"
)

var _ customers.Importer = (*Service)(nil)

// IsEmpty implements customers.Importer.
func (s *Service) IsEmpty(ctx context.Context) (bool, error) { return s.store.IsEmpty(ctx) }

// ImportCustomers implements customers.Importer.
func (s *Service) ImportCustomers(ctx context.Context, past []customers.PastCustomer) ([]customers.Customer, error) {
	taken := make([]customers.Customer, len(past))
	for i, p := range past {
		taken[i] = fresh(NewCustomer{Name: p.Name, Email: p.Email, PhoneNumber: p.PhoneNumber, Address: p.Address}, p.Since)
		if err := tidy(&taken[i]); err != nil {
			return nil, fmt.Errorf("customer %d: %w", i, err)
		}
	}
	err := s.tx.Write(ctx, func(ctx context.Context) (err error) {
		for i := range taken {
			if taken[i].ID, err = s.insert(ctx, taken[i]); err != nil {
				return fmt.Errorf("customer %d: %w", i, err)
			}
		}
		return nil
	})
	return taken, err
}
