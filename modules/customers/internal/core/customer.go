package core

import (
	"context"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"zomato/modules/customers"
	"zomato/platform/byid"
	"zomato/platform/fault"
	"zomato/platform/idempotency"
	"zomato/platform/paging"
	"zomato/platform/patch"
	"zomato/platform/words"
)

// The limits of a customer's fields (design: api.md §2), in characters, but
// for the e-mail address: RFC 5321 §4.5.3.1.3 leaves 254 bytes for it.
const (
	maxName    = 100
	maxEmail   = 254
	maxAddress = 500
)

// NewCustomer is what it takes to create a customer.
type NewCustomer struct {
	Name        string
	Email       string
	PhoneNumber *string
	Address     *string
}

// Changes is a partial update of a customer.
type Changes struct {
	Name        patch.Field[string]
	Email       patch.Field[string]
	PhoneNumber patch.Field[string]
	Address     patch.Field[string]
	IsActive    patch.Field[bool]
}

// Filter narrows a list of customers.
type Filter struct {
	// IsActive lists only those that are, or are not; nil lists both.
	IsActive *bool
	// Words must each begin a word of the name or the e-mail address.
	Words []string
}

// Create stores a new, active customer. Faults: email_taken, phone_taken, or
// findings about the fields.
func (s *Service) Create(ctx context.Context, n NewCustomer) (customers.Customer, error) {
	customer := fresh(n, s.clock.Now())
	findings := tidy(&customer)
	if err := findings.Err(); err != nil {
		return customers.Customer{}, err
	}
	return idempotency.Write(ctx, s.tx, func(ctx context.Context) (stored customers.Customer, err error) {
		stored = customer
		stored.ID, err = s.insert(ctx, customer)
		return stored, err
	})
}

// fresh gives a customer as they are since that time, before they are stored.
func fresh(n NewCustomer, since time.Time) customers.Customer {
	return customers.Customer{
		Name: n.Name, Email: n.Email, PhoneNumber: n.PhoneNumber, Address: n.Address,
		IsActive: true, CreatedAt: since, UpdatedAt: since, Version: 1,
	}
}

// insert stores a new customer in the unit of work of the context and gives the
// id.
func (s *Service) insert(ctx context.Context, c customers.Customer) (int64, error) {
	id, err := s.store.Insert(ctx, c)
	if err != nil {
		return 0, err
	}
	return id, s.events.Publish(ctx, customers.Changed{CustomerID: id})
}

// Get gives a customer. Faults: customer_not_found.
func (s *Service) Get(ctx context.Context, id int64) (customers.Customer, error) {
	return s.store.Get(ctx, id)
}

// ByIDs implements customers.Service.
func (s *Service) ByIDs(ctx context.Context, ids []int64) ([]customers.Customer, error) {
	found, err := s.store.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	return byid.InOrder(ids, found, func(c customers.Customer) int64 { return c.ID }), nil
}

// List gives a page of customers, the oldest first. The search text is split
// into words, each of which must begin a word of the name or e-mail address.
func (s *Service) List(ctx context.Context, isActive *bool, search string, q paging.Query) (paging.Page[customers.Customer], error) {
	var page paging.Page[customers.Customer]
	window, err := paging.WindowOf(q)
	if err != nil {
		return page, err
	}
	filter := Filter{IsActive: isActive, Words: words.Of(search)}
	found, err := s.store.List(ctx, filter, window)
	if err != nil {
		return page, err
	}
	page = paging.CutByID(found, q.Limit, func(c customers.Customer) int64 { return c.ID })
	return paging.Counted(page, q, func() (int64, error) { return s.store.Count(ctx, filter) })
}

// Lock implements customers.Service.
func (s *Service) Lock(ctx context.Context, id int64) (customers.Customer, error) {
	return s.store.Hold(ctx, id)
}

// Update changes the fields that are set. Versions are those of If-Match, nil
// for any. Faults: customer_not_found, version_changed, email_taken,
// phone_taken, or findings about the fields.
func (s *Service) Update(ctx context.Context, id int64, c Changes, versions []int64) (customers.Customer, error) {
	var updated customers.Customer
	err := s.change(ctx, id, func(ctx context.Context, old customers.Customer) error {
		if err := patch.Match(versions, old.Version); err != nil {
			return err
		}
		updated = old
		updated.Name = c.Name.Apply(old.Name)
		updated.Email = c.Email.Apply(old.Email)
		updated.PhoneNumber = c.PhoneNumber.ApplyNullable(old.PhoneNumber)
		updated.Address = c.Address.ApplyNullable(old.Address)
		updated.IsActive = c.IsActive.Apply(old.IsActive)
		updated.UpdatedAt = s.clock.Now()
		updated.Version++
		findings := tidy(&updated)
		if err := findings.Err(); err != nil {
			return err
		}
		if err := s.store.Update(ctx, updated); err != nil || !renames(old, updated) {
			return err
		}
		return s.events.Publish(ctx, customers.Renamed{CustomerID: id})
	})
	return updated, err
}

// renames tells whether others, who show a customer by name and phone number,
// show the one otherwise than the other.
func renames(old, updated customers.Customer) bool {
	samePhone := old.PhoneNumber == updated.PhoneNumber ||
		old.PhoneNumber != nil && updated.PhoneNumber != nil && *old.PhoneNumber == *updated.PhoneNumber
	return old.Name != updated.Name || !samePhone
}

// Erase removes everything personal of a customer (design: domain.md §6) and
// gives the customer as it was before. Faults: customer_not_found,
// version_changed, customer_has_active_orders.
func (s *Service) Erase(ctx context.Context, id int64, versions []int64) (customers.Customer, error) {
	var before customers.Customer
	err := s.tx.Write(ctx, func(ctx context.Context) (err error) {
		if before, err = s.store.Lock(ctx, id); err != nil {
			return err
		}
		if err = patch.Match(versions, before.Version); err != nil {
			return err
		}
		if err = s.eraseElsewhere(ctx, id); err != nil {
			return err
		}
		erased := before
		erased.UpdatedAt = s.clock.Now()
		if err = s.store.Erase(ctx, erased); err != nil {
			return err
		}
		return s.events.Publish(ctx, customers.Erased{CustomerID: id})
	})
	return before, err
}

// eraseElsewhere has the other modules erase what they hold of a locked
// customer, unless an order is under way.
func (s *Service) eraseElsewhere(ctx context.Context, id int64) error {
	active, err := s.orders.HasActiveOrders(ctx, id)
	if err != nil {
		return fmt.Errorf("ask for active orders: %w", err)
	}
	if active {
		return fault.New(fault.Conflict, "customer_has_active_orders", "An order of this customer is under way: deliver or cancel it first.")
	}
	for _, eraser := range s.erasers {
		if err = eraser.EraseCustomer(ctx, id); err != nil {
			return fmt.Errorf("erase customer %d elsewhere: %w", id, err)
		}
	}
	return nil
}

// tidy trims the texts and finds what breaks a rule, all at once.
func tidy(c *customers.Customer) fault.Findings {
	var findings fault.Findings
	findings.Text("#/name", &c.Name, maxName)
	if c.Email = strings.TrimSpace(c.Email); !isEmail(c.Email) {
		findings.Add("#/email", "invalid", "The e-mail address must be one such as asha@example.com.")
	}
	findings.Phone("#/phone_number", c.PhoneNumber)
	findings.OptionalText("#/address", &c.Address, maxAddress)
	return findings
}

// isEmail accepts an address as RFC 5322 writes it, without a display name and
// with a domain of at least two labels.
func isEmail(text string) bool {
	parsed, err := mail.ParseAddress(text)
	if err != nil || parsed.Address != text || len(text) > maxEmail {
		return false
	}
	domain := text[strings.LastIndexByte(text, '@')+1:]
	at := strings.IndexByte(domain, '.')
	return at > 0 && !strings.HasSuffix(domain, ".")
}
