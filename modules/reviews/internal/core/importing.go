package core

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"zomato/modules/restaurants"
	"zomato/modules/reviews"
	"zomato/platform/clock"
	"zomato/platform/fault"
)

var _ reviews.Importer = (*Service)(nil)

// IsEmpty implements reviews.Importer.
func (s *Service) IsEmpty(ctx context.Context) (bool, error) { return s.store.IsEmpty(ctx) }

// ImportReviews implements reviews.Importer.
func (s *Service) ImportReviews(ctx context.Context, past []reviews.PastReview) ([]reviews.Review, error) {
	if len(past) == 0 {
		return nil, nil // nothing happened that anybody had to be told of
	}
	now := s.clock.Now()
	var stored []reviews.Review
	err := s.tx.Write(ctx, func(ctx context.Context) error {
		records := make([]Record, len(past))
		for i, p := range past {
			r, err := s.takeOver(ctx, p, now)
			if err != nil {
				return fmt.Errorf("review %d: %w", i, err)
			}
			records[i] = r
		}
		stored = make([]reviews.Review, len(records))
		for i, r := range records {
			stored[i] = r.Review
		}
		return s.bookImport(ctx, records)
	})
	if err != nil {
		return nil, err
	}
	return stored, nil
}

// takeOver stores one review from before, without what it counts for.
func (s *Service) takeOver(ctx context.Context, p reviews.PastReview, now time.Time) (Record, error) {
	p.WrittenAt = clock.Told(p.WrittenAt)
	order, err := s.orders.Get(ctx, p.OrderID)
	if err != nil {
		return Record{}, err
	}
	r, err := s.draft(ctx, order, p.NewReview, p.WrittenAt)
	if err != nil {
		return r, err
	}
	var findings fault.Findings
	if p.WrittenAt.After(now) || p.WrittenAt.Before(*order.DeliveryTime) {
		findings.Add("#/written_at", "out_of_range", "A review from before is neither older than the delivery nor in the future.")
	}
	if p.Reply != nil {
		reply := reviews.Reply{Text: p.Reply.Text, At: clock.Told(p.Reply.At)}
		findings.Text("#/reply/text", &reply.Text, maxReply)
		if reply.At.After(now) || reply.At.Before(p.WrittenAt) {
			findings.Add("#/reply/at", "out_of_range", "A reply from before is neither older than its review nor in the future.")
		}
		r.Reply = &reply
		r.Version++
	}
	if err = findings.Err(); err != nil {
		return r, err
	}
	id, isNew, err := s.store.Insert(ctx, r)
	if err == nil && !isNew {
		err = exists()
	}
	r.ID = id
	return r, err
}

// bookImport counts the reviews that were taken over, and tells of them. Rows
// are locked as commit does, those of a kind by id.
func (s *Service) bookImport(ctx context.Context, records []Record) error {
	byAuthor, ratings := map[int64][]Record{}, map[int64]restaurants.RatingChange{}
	for _, r := range records {
		byAuthor[r.CustomerID] = append(byAuthor[r.CustomerID], r)
		rating := ratings[r.RestaurantID]
		ratings[r.RestaurantID] = restaurants.RatingChange{Stars: rating.Stars + int64(r.Rating), Count: rating.Count + 1}
	}
	authors := slices.Sorted(maps.Keys(byAuthor))
	for _, id := range authors {
		if _, err := s.customers.Lock(ctx, id); err != nil {
			return err
		}
	}
	for _, id := range authors {
		for _, r := range byAuthor[id] {
			if err := s.store.AddToFigures(ctx, tally(nil, &r)); err != nil {
				return err
			}
		}
	}
	rated := slices.Sorted(maps.Keys(ratings))
	for _, id := range rated {
		if err := s.restaurants.Rate(ctx, id, ratings[id]); err != nil {
			return err
		}
	}
	return s.events.Publish(ctx, reviews.Imported{CustomerIDs: authors, RestaurantIDs: rated})
}
