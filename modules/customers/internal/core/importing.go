package core

import (
	"context"
	"fmt"

	"zomato/modules/customers"
	"zomato/platform/clock"
)

var _ customers.Importer = (*Service)(nil)

// IsEmpty implements customers.Importer.
func (s *Service) IsEmpty(ctx context.Context) (bool, error) { return s.store.IsEmpty(ctx) }

// ImportCustomers implements customers.Importer.
func (s *Service) ImportCustomers(ctx context.Context, past []customers.PastCustomer) ([]customers.Customer, error) {
	now := s.clock.Now()
	taken := make([]customers.Customer, len(past))
	for i, p := range past {
		n := NewCustomer{Name: p.Name, Email: p.Email, PhoneNumber: p.PhoneNumber, Address: p.Address}
		taken[i] = fresh(n, clock.Told(p.Since))
		findings := tidy(&taken[i])
		if p.Since.After(now) {
			findings.Add("#/since", "out_of_range", "A customer from before did not come in the future.")
		}
		if err := findings.Err(); err != nil {
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
	if err != nil {
		return nil, err
	}
	return taken, nil
}
