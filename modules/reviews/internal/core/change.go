package core

import (
	"context"

	"zomato/modules/restaurants"
	"zomato/modules/reviews"
	"zomato/platform/access"
	"zomato/platform/fault"
	"zomato/platform/patch"
)

// Changes is a partial update of a review.
type Changes struct {
	Rating  patch.Field[int]
	Comment patch.Field[string]
}

// Edit changes what is set. Versions are those of If-Match, nil for any. To
// another customer the review does not exist. Faults: review_not_found,
// version_changed, edit_window_closed, or findings about the fields.
func (s *Service) Edit(ctx context.Context, id int64, c Changes, versions []int64) (reviews.Review, error) {
	score, invalid := s.tidyChanges(&c)
	return s.changed(ctx, id, versions, mayChange, func(ctx context.Context, old Record) (Record, error) {
		if invalid != nil {
			return Record{}, invalid // after 404 and 412, before 409
		}
		now := s.clock.Now()
		if now.After(old.CreatedAt.Add(editWindow)) {
			return Record{}, windowClosed()
		}
		if !c.Rating.Set && !c.Comment.Set {
			return old, nil // guests see when a review was edited
		}
		edited := old
		edited.Rating, edited.Comment = c.Rating.Apply(old.Rating), c.Comment.ApplyNullable(old.Comment)
		edited.EditedAt, edited.Version = &now, old.Version+1
		switch {
		case edited.Comment == nil:
			edited.SentimentScore = StarScore(edited.Rating)
		case c.Comment.Set:
			edited.SentimentScore = score
		}
		edited.Sentiment = Label(edited.SentimentScore)
		if err := s.store.Update(ctx, edited); err != nil {
			return Record{}, err
		}
		if err := s.count(ctx, &old, &edited); err != nil {
			return Record{}, err
		}
		return edited, s.events.Publish(ctx, reviews.Edited{ReviewID: id, OrderID: old.OrderID, CustomerID: old.CustomerID, RestaurantID: old.RestaurantID})
	})
}

// tidyChanges checks the fields and gives the score of the new comment, which
// is worked out before others have to wait.
func (s *Service) tidyChanges(c *Changes) (score float64, err error) {
	var findings fault.Findings
	if c.Rating.Set {
		checkRating(&findings, c.Rating.Value)
	}
	comment := c.Comment.ApplyNullable(nil)
	findings.OptionalText("#/comment", &comment, maxComment)
	if comment == nil { // null, empty or absent
		c.Comment.Null = c.Comment.Set
	} else {
		c.Comment = patch.To(*comment)
		score = s.score(*comment)
	}
	return score, findings.Err()
}

// Delete removes a review from everywhere; the order cannot be reviewed again.
// To another customer the review does not exist. Faults: review_not_found,
// version_changed.
func (s *Service) Delete(ctx context.Context, id int64, versions []int64) error {
	return s.change(ctx, id, versions, mayChange, func(ctx context.Context, old Record) error {
		if err := s.store.Delete(ctx, id, s.clock.Now()); err != nil {
			return err
		}
		if err := s.count(ctx, &old, nil); err != nil {
			return err
		}
		return s.events.Publish(ctx, reviews.Deleted{ReviewID: id, OrderID: old.OrderID, CustomerID: old.CustomerID, RestaurantID: old.RestaurantID})
	})
}

// Reply stores the restaurant's reply in place of the one before; nil withdraws
// it. To another restaurant the review does not exist. Faults:
// review_not_found, version_changed, or findings about the text.
func (s *Service) Reply(ctx context.Context, id int64, text *string, versions []int64) (reviews.Review, error) {
	var findings fault.Findings
	if text != nil {
		findings.Text("#/text", text, maxReply)
	}
	return s.changed(ctx, id, versions, mayReply, func(ctx context.Context, old Record) (Record, error) {
		if err := findings.Err(); err != nil {
			return Record{}, err
		}
		replied := old
		replied.Version, replied.Reply = old.Version+1, nil
		if text != nil {
			replied.Reply = &reviews.Reply{Text: *text, At: s.clock.Now()}
		}
		if err := s.store.Update(ctx, replied); err != nil {
			return Record{}, err
		}
		return replied, s.events.Publish(ctx, reviews.Replied{ReviewID: id, OrderID: old.OrderID, CustomerID: old.CustomerID, RestaurantID: old.RestaurantID})
	})
}

// changed is change for a use case that gives the review as it is afterwards,
// with its author: asked for in the same unit of work, since nothing may fail
// once that is done.
func (s *Service) changed(
	ctx context.Context, id int64, versions []int64, may func(access.Principal, Record) bool, fn func(context.Context, Record) (Record, error),
) (out reviews.Review, err error) {
	err = s.change(ctx, id, versions, may, func(ctx context.Context, old Record) error {
		record, err := fn(ctx, old)
		if err != nil {
			return err
		}
		out, err = s.named(ctx, record)
		return err
	})
	return out, err
}

// change locks a review that is the caller's to change, and lets the function
// do so. Faults: review_not_found, version_changed and those of the function.
func (s *Service) change(
	ctx context.Context, id int64, versions []int64, may func(access.Principal, Record) bool, fn func(context.Context, Record) error,
) error {
	return s.tx.Write(ctx, func(ctx context.Context) error {
		old, err := s.store.Lock(ctx, id)
		if err != nil {
			return err
		}
		if !may(access.From(ctx), old) {
			return reviews.NotFound(id)
		}
		if err = patch.Match(versions, old.Version); err != nil {
			return err
		}
		return fn(ctx, old)
	})
}

// count writes through what a review counts for: the figures and then the
// restaurant's rating, as commit does. After is nil when it is deleted.
func (s *Service) count(ctx context.Context, before, after *Record) error {
	if err := s.store.AddToFigures(ctx, tally(before, after)); err != nil {
		return err
	}
	change := restaurants.RatingChange{Stars: -int64(before.Rating), Count: -1}
	if after != nil {
		change = restaurants.RatingChange{Stars: int64(after.Rating - before.Rating)}
	}
	if change == (restaurants.RatingChange{}) {
		return nil
	}
	return s.restaurants.Rate(ctx, before.RestaurantID, change)
}
