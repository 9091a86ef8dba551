package core

import (
	"context"

	"zomato/modules/restaurants"
	"zomato/platform/byid"
	"zomato/platform/fault"
	"zomato/platform/idempotency"
	"zomato/platform/money"
	"zomato/platform/paging"
	"zomato/platform/patch"
)

// NewRestaurant is what it takes to create a restaurant. What is nil or zero
// was not given.
type NewRestaurant struct {
	Name                 string
	Cuisines             CuisineNames
	Description          *string
	Address              *string
	City                 *string
	Location             *string
	Latitude             *float64
	Longitude            *float64
	PhoneNumber          *string
	PriceLevel           *int
	Currency             *string // INR if not given
	Timezone             *string // the configured one if not given
	IsActive             *bool   // true if not given
	MinOrderAmount       money.Amount
	DeliveryFee          money.Amount
	ConfirmWithinMinutes *int
	MaxActiveOrders      *int
	SlotCapacity         *int
	SlotMinutes          *int
}

// Changes is a partial update of a restaurant.
type Changes struct {
	Name                 patch.Field[string]
	Cuisines             CuisineNames
	Description          patch.Field[string]
	Address              patch.Field[string]
	City                 patch.Field[string]
	Location             patch.Field[string]
	Latitude             patch.Field[float64]
	Longitude            patch.Field[float64]
	PhoneNumber          patch.Field[string]
	PriceLevel           patch.Field[int]
	Currency             patch.Field[string]
	Timezone             patch.Field[string]
	IsActive             patch.Field[bool]
	MinOrderAmount       patch.Field[money.Amount]
	DeliveryFee          patch.Field[money.Amount]
	ConfirmWithinMinutes patch.Field[int]
	MaxActiveOrders      patch.Field[int]
	SlotCapacity         patch.Field[int]
	SlotMinutes          patch.Field[int]
}

// Filter narrows a list of restaurants.
type Filter struct {
	// IsActive lists only those that are, or are not; nil lists both.
	IsActive *bool
}

// RestaurantStore keeps the records of restaurants.
type RestaurantStore interface {
	// Insert stores a new restaurant and gives it as it is stored: with its id,
	// and each cuisine under the name by which it was first used.
	Insert(ctx context.Context, r restaurants.Restaurant) (restaurants.Restaurant, error)
	// Get reads a restaurant. Faults: restaurant_not_found.
	Get(ctx context.Context, id int64) (restaurants.Restaurant, error)
	// Lock reads a restaurant that nobody else changes until the unit of work
	// ends. Faults: restaurant_not_found.
	Lock(ctx context.Context, id int64) (restaurants.Restaurant, error)
	// ByIDs reads those of the restaurants that exist, in any order.
	ByIDs(ctx context.Context, ids []int64) ([]restaurants.Restaurant, error)
	// List reads a page of restaurants by id, and one more if there is one.
	List(ctx context.Context, filter Filter, window paging.Window) ([]restaurants.Restaurant, error)
	// Count counts the restaurants of all pages.
	Count(ctx context.Context, filter Filter) (int64, error)
	// Update stores every field but the rating, and gives the restaurant as it
	// is stored, as Insert does.
	Update(ctx context.Context, r restaurants.Restaurant) (restaurants.Restaurant, error)
	// Delete hides a restaurant for good, with its menu. The time is that of
	// its UpdatedAt.
	Delete(ctx context.Context, r restaurants.Restaurant) error
	// Cuisines reads all cuisines that an active restaurant has, by name.
	Cuisines(ctx context.Context) ([]Cuisine, error)
}

// Create stores a new restaurant. Faults: findings about the fields.
func (s *Service) Create(ctx context.Context, n NewRestaurant) (restaurants.Restaurant, error) {
	now := s.clock.Now()
	restaurant := restaurants.Restaurant{
		Name: n.Name, Description: n.Description, Address: n.Address, City: n.City, Location: n.Location,
		Latitude: n.Latitude, Longitude: n.Longitude, PhoneNumber: n.PhoneNumber, PriceLevel: n.PriceLevel,
		Currency: or(n.Currency, defaultCurrency), Timezone: or(n.Timezone, s.timezone), IsActive: or(n.IsActive, true),
		MinOrderAmount: n.MinOrderAmount, DeliveryFee: n.DeliveryFee,
		ConfirmWithinMinutes: n.ConfirmWithinMinutes, MaxActiveOrders: n.MaxActiveOrders,
		SlotCapacity: n.SlotCapacity, SlotMinutes: n.SlotMinutes,
		IsOpen: true, CreatedAt: now, UpdatedAt: now, Version: 1,
	}
	var findings fault.Findings
	restaurant.Cuisines = n.Cuisines.tidy(&findings)
	s.checkTimezone(&findings, restaurant.Timezone)
	tidy(&restaurant, &findings)
	if err := findings.Err(); err != nil {
		return restaurants.Restaurant{}, err
	}
	return idempotency.Write(ctx, s.tx, func(ctx context.Context) (restaurants.Restaurant, error) {
		stored, err := s.store.Insert(ctx, restaurant)
		if err != nil {
			return stored, err
		}
		return stored, s.events.Publish(ctx, restaurants.Changed{RestaurantID: stored.ID})
	})
}

// Get implements restaurants.Service.
func (s *Service) Get(ctx context.Context, id int64) (restaurants.Restaurant, error) {
	return s.store.Get(ctx, id)
}

// ByIDs implements restaurants.Service.
func (s *Service) ByIDs(ctx context.Context, ids []int64) ([]restaurants.Restaurant, error) {
	found, err := s.store.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	return byid.InOrder(ids, found, func(r restaurants.Restaurant) int64 { return r.ID }), nil
}

// List gives a page of restaurants, the oldest first.
func (s *Service) List(ctx context.Context, filter Filter, q paging.Query) (paging.Page[restaurants.Restaurant], error) {
	window, err := paging.WindowOf(q)
	if err != nil {
		return paging.Page[restaurants.Restaurant]{}, err
	}
	found, err := s.store.List(ctx, filter, window)
	if err != nil {
		return paging.Page[restaurants.Restaurant]{}, err
	}
	page := paging.CutByID(found, q.Limit, func(r restaurants.Restaurant) int64 { return r.ID })
	return paging.Counted(page, q, func() (int64, error) { return s.store.Count(ctx, filter) })
}

// Update changes the fields that are set. Versions are those of If-Match, nil
// for any. Faults: restaurant_not_found, version_changed, or findings about the
// fields.
func (s *Service) Update(ctx context.Context, id int64, c Changes, versions []int64) (restaurants.Restaurant, error) {
	// What does not depend on the record is checked before others have to wait:
	// a time zone is looked up in files.
	var early fault.Findings
	cuisines := c.Cuisines.tidyChange(&early)
	if c.Timezone.Set {
		s.checkTimezone(&early, c.Timezone.Value)
	}
	var updated restaurants.Restaurant
	err := s.change(ctx, id, func(ctx context.Context, old restaurants.Restaurant) error {
		if err := patch.Match(versions, old.Version); err != nil {
			return err
		}
		changed := c.apply(old)
		if cuisines != nil {
			changed.Cuisines = cuisines
		}
		changed.UpdatedAt = s.clock.Now()
		changed.Version++
		findings := append(fault.Findings(nil), early...)
		tidy(&changed, &findings)
		err := findings.Err()
		if err == nil {
			updated, err = s.store.Update(ctx, changed)
		}
		return err
	})
	return updated, err
}

// apply gives the restaurant with the fields that are set.
func (c Changes) apply(r restaurants.Restaurant) restaurants.Restaurant {
	r.Name = c.Name.Apply(r.Name)
	r.Description = c.Description.ApplyNullable(r.Description)
	r.Address = c.Address.ApplyNullable(r.Address)
	r.City = c.City.ApplyNullable(r.City)
	r.Location = c.Location.ApplyNullable(r.Location)
	r.Latitude = c.Latitude.ApplyNullable(r.Latitude)
	r.Longitude = c.Longitude.ApplyNullable(r.Longitude)
	r.PhoneNumber = c.PhoneNumber.ApplyNullable(r.PhoneNumber)
	r.PriceLevel = c.PriceLevel.ApplyNullable(r.PriceLevel)
	r.Currency = c.Currency.Apply(r.Currency)
	r.Timezone = c.Timezone.Apply(r.Timezone)
	r.IsActive = c.IsActive.Apply(r.IsActive)
	r.MinOrderAmount = c.MinOrderAmount.Apply(r.MinOrderAmount)
	r.DeliveryFee = c.DeliveryFee.Apply(r.DeliveryFee)
	r.ConfirmWithinMinutes = c.ConfirmWithinMinutes.ApplyNullable(r.ConfirmWithinMinutes)
	r.MaxActiveOrders = c.MaxActiveOrders.ApplyNullable(r.MaxActiveOrders)
	r.SlotCapacity = c.SlotCapacity.ApplyNullable(r.SlotCapacity)
	r.SlotMinutes = c.SlotMinutes.ApplyNullable(r.SlotMinutes)
	return r
}

// Delete hides a restaurant for good, with its menu (design: domain.md §6).
// Faults: restaurant_not_found, version_changed.
func (s *Service) Delete(ctx context.Context, id int64, versions []int64) error {
	return s.tx.Write(ctx, func(ctx context.Context) error {
		restaurant, err := s.store.Lock(ctx, id)
		if err != nil {
			return err
		}
		if err = patch.Match(versions, restaurant.Version); err != nil {
			return err
		}
		restaurant.UpdatedAt = s.clock.Now()
		if err = s.store.Delete(ctx, restaurant); err != nil {
			return err
		}
		return s.events.Publish(ctx, restaurants.Deleted{RestaurantID: id})
	})
}

// or gives the value, or the default where there is none.
func or[T any](value *T, otherwise T) T {
	if value == nil {
		return otherwise
	}
	return *value
}
