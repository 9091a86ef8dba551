package core

import (
	"context"

	"zomato/modules/reviews"
	"zomato/platform/fault"
	"zomato/platform/paging"
)

// Sort is the order of a list of reviews.
type Sort string

// The orders; of the same rating, those that are newest come first in
// ByHighest and last in ByLowest.
const (
	ByNewest  Sort = "newest"
	ByOldest  Sort = "oldest"
	ByHighest Sort = "highest"
	ByLowest  Sort = "lowest"
)

// Filter narrows a list of reviews. Exactly one of CustomerID and RestaurantID
// is not 0.
type Filter struct {
	CustomerID   int64
	RestaurantID int64
	Rating       *int              // exactly
	MinRating    *int              // at least
	Sentiment    reviews.Sentiment // "" is any
}

// Window is the part of a list that a store reads: Limit reviews in that order
// behind the position After, leaving out Skip.
type Window struct {
	Sort        Sort
	Limit, Skip int
	After       *Position // nil is before the first
}

// Position is where a page of reviews ended.
type Position struct {
	Sort   Sort  `json:"s"`
	Rating int   `json:"r"`
	At     int64 `json:"t"` // milliseconds
	ID     int64 `json:"i"`
}

// Get implements reviews.Service.
func (s *Service) Get(ctx context.Context, id int64) (reviews.Review, error) {
	var found reviews.Review
	err := s.tx.Read(ctx, func(ctx context.Context) error {
		record, err := s.store.Get(ctx, id)
		if err != nil {
			return err
		}
		found, err = s.named(ctx, record)
		return err
	})
	return found, err
}

// OfOrder gives the review of an order. To a customer or a restaurant another's
// order does not exist. Faults: order_not_found, review_not_found.
func (s *Service) OfOrder(ctx context.Context, orderID int64) (reviews.Review, error) {
	var found reviews.Review
	err := s.tx.Read(ctx, func(ctx context.Context) error {
		if _, err := s.order(ctx, orderID); err != nil {
			return err
		}
		record, there, err := s.store.OfOrder(ctx, orderID)
		if err != nil {
			return err
		}
		if !there {
			return fault.New(fault.NotFound, reviews.CodeNotFound, "There is no review of order %d.", orderID)
		}
		found, err = s.named(ctx, record)
		return err
	})
	return found, err
}

// OfRestaurant gives a page of a restaurant's reviews. Faults:
// restaurant_not_found, or findings about the parameters.
func (s *Service) OfRestaurant(ctx context.Context, f Filter, sort Sort, q paging.Query) (paging.Page[reviews.Review], error) {
	return s.page(ctx, f, sort, q, func(ctx context.Context) error {
		_, err := s.restaurants.Get(ctx, f.RestaurantID)
		return err
	})
}

// OfCustomer gives a page of a customer's reviews, the newest first. Faults:
// customer_not_found, or findings about the parameters.
func (s *Service) OfCustomer(ctx context.Context, customerID int64, q paging.Query) (paging.Page[reviews.Review], error) {
	return s.page(ctx, Filter{CustomerID: customerID}, ByNewest, q, func(ctx context.Context) error {
		_, err := s.customers.Get(ctx, customerID)
		return err
	})
}

// page lists reviews of somebody who exists.
func (s *Service) page(
	ctx context.Context, f Filter, sort Sort, q paging.Query, exists func(context.Context) error,
) (out paging.Page[reviews.Review], err error) {
	window, err := windowOf(sort, q)
	if err != nil {
		return out, err
	}
	err = s.tx.Read(ctx, func(ctx context.Context) error {
		if err := exists(ctx); err != nil {
			return err
		}
		found, err := s.store.List(ctx, f, window)
		if err != nil {
			return err
		}
		page := paging.Cut(found, q.Limit, func(r Record) Position {
			return Position{sort, r.Rating, r.CreatedAt.UnixMilli(), r.ID}
		})
		if page, err = paging.Counted(page, q, func() (int64, error) { return s.store.Count(ctx, f) }); err != nil {
			return err
		}
		if err = s.name(ctx, page.Items); err != nil {
			return err
		}
		out = paging.Convert(page, func(r Record) reviews.Review { return r.Review })
		return nil
	})
	return out, err
}

// windowOf reads a query; a cursor goes on only in the order that it was made
// in.
func windowOf(sort Sort, q paging.Query) (Window, error) {
	window := Window{Sort: sort, Limit: q.Limit, Skip: q.Skip}
	after, err := paging.Position[Position](q)
	if err != nil || q.After == "" {
		return window, err
	}
	if after.Sort != sort {
		return window, paging.Refuse()
	}
	window.After = &after
	return window, nil
}

// named gives a review with its author.
func (s *Service) named(ctx context.Context, r Record) (reviews.Review, error) {
	records := []Record{r}
	err := s.name(ctx, records)
	return records[0].Review, err
}

// name gives reviews their authors, in place: one question, whatever their
// number.
func (s *Service) name(ctx context.Context, records []Record) error {
	if len(records) == 0 {
		return nil
	}
	ids := make([]int64, len(records))
	for i, r := range records {
		ids[i] = r.CustomerID
	}
	found, err := s.customers.ByIDs(ctx, ids)
	authors := make(map[int64]string, len(found))
	for _, c := range found {
		authors[c.ID] = Author(c.Name)
	}
	for i := range records {
		if author, ok := authors[records[i].CustomerID]; ok {
			records[i].Author = &author
		}
	}
	return err
}
