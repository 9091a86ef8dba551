package core_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/modules/customers"
	"zomato/modules/reviews"
	"zomato/modules/reviews/internal/core"
	"zomato/platform/access"
	"zomato/platform/eventbus"
	"zomato/platform/fault"
	"zomato/platform/patch"
)

func TestEdit_changes_what_is_set_and_nothing_else(t *testing.T) {
	t.Parallel()
	none := patch.Field[string]{}
	for _, c := range []struct {
		name    string
		rating  patch.Field[int]
		comment patch.Field[string]
		want    int
		said    *string
		score   float64
		heard   []string // what the engine was asked to read
	}{
		{"the rating", patch.To(1), none, 1, new("Good"), 0.4404, nil},
		{"the comment", patch.Field[int]{}, patch.To(" Bad "), 4, new("Bad"), -0.5423, []string{"Bad"}},
		{"both", patch.To(2), patch.To("Bad"), 2, new("Bad"), -0.5423, []string{"Bad"}},
		{"to no comment", patch.Field[int]{}, patch.ToNull[string](), 4, nil, 0.5, nil},
		{"to a blank comment", patch.Field[int]{}, patch.To(" \n"), 4, nil, 0.5, nil},
		{"to no comment and other stars", patch.To(1), patch.ToNull[string](), 1, nil, -1, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := open()
			want := d.written(t, 4, new("Good"))
			d.watch.now = noon().Add(time.Hour)
			got, err := d.Edit(staff(t), want.ID, core.Changes{Rating: c.rating, Comment: c.comment}, nil)
			require.NoError(t, err)
			want.Rating, want.Comment, want.SentimentScore, want.Sentiment = c.want, c.said, c.score, core.Label(c.score)
			want.EditedAt, want.Version = new(noon().Add(time.Hour)), 2
			require.Equal(t, want, got)
			require.Equal(t, c.heard, d.ear.heard)
			want.Author = nil
			require.Equal(t, core.Record{Day: march1(t), Review: want}, d.store.records[want.ID])
			require.Equal(t, []eventbus.Event{reviews.Edited{ReviewID: 1, OrderID: 10, CustomerID: 1, RestaurantID: 2}}, d.store.events)
		})
	}
}

func TestEdit_of_nothing_changes_nothing(t *testing.T) {
	t.Parallel()
	d := open()
	written := d.written(t, 4, new("Good"))
	before := d.store.records[written.ID]
	got, err := d.Edit(staff(t), written.ID, core.Changes{}, []int64{1})
	require.NoError(t, err)
	require.Equal(t, written, got, "guests see when a review was edited")
	require.Equal(t, before, d.store.records[written.ID])
	require.Empty(t, d.store.events)
	_, err = d.Edit(staff(t), written.ID, core.Changes{}, []int64{2})
	require.True(t, fault.Is(err, "version_changed"), "%v", err)
}

func TestEdit_and_reply_fail_whole_when_the_author_cannot_be_asked(t *testing.T) {
	t.Parallel()
	d := open()
	d.written(t, 4, new("Good"))
	broken := core.New(core.Dependencies{
		Store: d.store, Transactions: d.store, Events: d.store, Clock: d.watch, Sentiment: d.ear, Orders: d.orders, Restaurants: d.places,
		Customers: unreachable{},
	})
	_, err := broken.Edit(staff(t), 1, core.Changes{Rating: patch.To(1)}, nil)
	require.ErrorIs(t, err, errUnreachable)
	_, err = broken.Reply(staff(t), 1, new("Thank you!"), nil)
	require.ErrorIs(t, err, errUnreachable)
	require.Equal(t, 2, d.store.undone, "a client that is told of a failure may believe it")
}

// unreachable is a customers.Service that fails.
type unreachable struct{ customers.Service }

func (unreachable) ByIDs(context.Context, []int64) ([]customers.Customer, error) {
	return nil, errUnreachable
}

var errUnreachable = errors.New("the customers cannot be asked")

func TestEdit_of_a_review_without_comment_follows_the_stars(t *testing.T) {
	t.Parallel()
	d := open()
	d.written(t, 5, nil)
	got, err := d.Edit(staff(t), 1, core.Changes{Rating: patch.To(1)}, nil)
	require.NoError(t, err)
	require.Equal(t, reviews.Negative, got.Sentiment)
	require.InDelta(t, -1, got.SentimentScore, 0)
}

func TestA_score_of_zero_has_no_sign(t *testing.T) {
	t.Parallel()
	d := open()
	written := d.written(t, 4, new("Hm"))
	require.False(t, math.Signbit(written.SentimentScore), "it would be shown as -0, and as 0 once it was stored")
	edited, err := d.Edit(staff(t), 1, core.Changes{Comment: patch.To("Hm")}, nil)
	require.NoError(t, err)
	require.False(t, math.Signbit(edited.SentimentScore))
	require.Equal(t, reviews.Neutral, edited.Sentiment)
}

func TestEdit_is_open_for_7_days(t *testing.T) {
	t.Parallel()
	d := open()
	d.written(t, 4, nil)
	edit := func() error {
		_, err := d.Edit(as(t, access.Principal{Role: access.Customer, CustomerID: 1}), 1, core.Changes{Rating: patch.To(5)}, nil)
		return err
	}
	d.watch.now = noon().Add(7 * 24 * time.Hour)
	require.NoError(t, edit())
	d.store.events, d.store.tallies = nil, nil
	d.watch.now = noon().Add(7*24*time.Hour + time.Millisecond)
	d.unchanged(t, edit, fault.Conflict, "edit_window_closed")
	_, err := d.Reply(staff(t), 1, new("Thanks"), nil)
	require.NoError(t, err, "a reply has all the time in the world")
	require.NoError(t, d.Delete(staff(t), 1, nil))
}

func TestChanges_are_refused_with_what_matters_most(t *testing.T) {
	t.Parallel()
	d := open()
	d.written(t, 4, nil)
	d.watch.now = noon().Add(8 * 24 * time.Hour)
	wrong := core.Changes{Rating: patch.To(6), Comment: patch.To(strings.Repeat("é", 2001))}
	fine := core.Changes{Rating: patch.To(5)}
	ravi := as(t, access.Principal{Role: access.Customer, CustomerID: 4})
	edit := func(ctx context.Context, id int64, c core.Changes, versions []int64) func() error {
		return func() error {
			_, err := d.Edit(ctx, id, c, versions)
			return err
		}
	}
	d.unchanged(t, edit(staff(t), 9, wrong, []int64{9}), fault.NotFound, reviews.CodeNotFound)
	d.unchanged(t, edit(ravi, 1, wrong, []int64{9}), fault.NotFound, reviews.CodeNotFound)
	d.unchanged(t, edit(staff(t), 1, wrong, []int64{9}), fault.Precondition, "version_changed")
	d.unchanged(t, edit(staff(t), 1, wrong, []int64{1}), fault.Invalid, "invalid")
	d.unchanged(t, edit(staff(t), 1, core.Changes{Rating: patch.To(0)}, nil), fault.Invalid, "out_of_range")
	d.unchanged(t, edit(staff(t), 1, fine, nil), fault.Conflict, "edit_window_closed")

	reply := func(id int64, text string, versions []int64) func() error {
		return func() error {
			_, err := d.Reply(staff(t), id, &text, versions)
			return err
		}
	}
	d.unchanged(t, reply(9, " ", []int64{9}), fault.NotFound, reviews.CodeNotFound)
	d.unchanged(t, reply(1, " ", []int64{9}), fault.Precondition, "version_changed")
	d.unchanged(t, reply(1, " ", nil), fault.Invalid, "required")
	d.unchanged(t, reply(1, strings.Repeat("é", 1001), nil), fault.Invalid, "too_long")

	remove := func(id int64, versions []int64) func() error {
		return func() error { return d.Delete(staff(t), id, versions) }
	}
	d.unchanged(t, remove(9, []int64{9}), fault.NotFound, reviews.CodeNotFound)
	d.unchanged(t, remove(1, []int64{}), fault.Precondition, "version_changed")
}

func TestDelete_leaves_a_mark_and_nothing_else(t *testing.T) {
	t.Parallel()
	d := open()
	d.written(t, 4, new("Good"))
	d.watch.now = noon().Add(time.Hour)
	require.NoError(t, d.Delete(staff(t), 1, []int64{1}))
	require.Empty(t, d.store.records)
	require.Equal(t, map[int64]time.Time{10: noon().Add(time.Hour)}, d.store.deleted)
	require.Equal(t, []eventbus.Event{reviews.Deleted{ReviewID: 1, OrderID: 10, CustomerID: 1, RestaurantID: 2}}, d.store.events)

	_, err := d.Write(staff(t), reviews.NewReview{OrderID: 10, Rating: 5})
	require.True(t, fault.Is(err, "review_exists"), "%v", err)
	err = d.Delete(staff(t), 1, nil)
	require.True(t, fault.Is(err, reviews.CodeNotFound), "%v", err)
	_, err = d.Edit(staff(t), 1, core.Changes{}, nil)
	require.True(t, fault.Is(err, reviews.CodeNotFound), "%v", err)
	_, err = d.Reply(staff(t), 1, new("Sorry"), nil)
	require.True(t, fault.Is(err, reviews.CodeNotFound), "%v", err)
	require.Len(t, d.store.events, 1)
}

func TestReply_is_set_replaced_and_withdrawn(t *testing.T) {
	t.Parallel()
	d := open()
	want := d.written(t, 4, new("Good"))
	replied := reviews.Replied{ReviewID: 1, OrderID: 10, CustomerID: 1, RestaurantID: 2}
	for i, step := range []struct {
		given, kept *string
	}{
		{new(" Thank you! "), new("Thank you!")},
		{new(strings.Repeat("é", 1000)), new(strings.Repeat("é", 1000))},
		{nil, nil},
		{nil, nil},
	} {
		d.watch.now = d.watch.now.Add(time.Hour)
		given := step.given
		got, err := d.Reply(staff(t), 1, given, []int64{want.Version})
		require.NoError(t, err)
		want.Version++
		want.Reply = nil
		if step.kept != nil {
			want.Reply = &reviews.Reply{Text: *step.kept, At: d.watch.now}
		}
		require.Equal(t, want, got, "step %d: all else stays, edited_at too", i)
		require.Equal(t, want.Reply, d.store.records[1].Reply)
		require.Equal(t, replied, d.store.events[i])
		require.Len(t, d.store.events, i+1)
	}
	require.Empty(t, d.store.tallies, "a reply counts for nothing")
	sum, count := d.rated(t)
	require.Equal(t, [2]int64{4, 1}, [2]int64{sum, count})
}

func TestEvery_change_of_a_review_changes_rating_and_figures_by_what_it_is(t *testing.T) {
	t.Parallel()
	mark := func(rating int, sentiment reviews.Sentiment) *core.Mark {
		return &core.Mark{Rating: rating, Sentiment: sentiment}
	}
	for _, c := range []struct {
		name       string
		change     func(d desk) error
		after      *core.Mark
		sum, count int64
	}{
		{"the rating", func(d desk) error {
			_, err := d.Edit(staff(t), 1, core.Changes{Rating: patch.To(1)}, nil)
			return err
		}, mark(1, reviews.Positive), 1 + 3, 2},
		{"the comment", func(d desk) error {
			_, err := d.Edit(staff(t), 1, core.Changes{Comment: patch.To("Bad")}, nil)
			return err
		}, mark(4, reviews.Negative), 4 + 3, 2},
		{"the rating to what it is", func(d desk) error {
			_, err := d.Edit(staff(t), 1, core.Changes{Rating: patch.To(4)}, nil)
			return err
		}, mark(4, reviews.Positive), 4 + 3, 2},
		{"deleted", func(d desk) error { return d.Delete(staff(t), 1, nil) }, nil, 3, 1},
	} {
		d := open()
		d.written(t, 4, new("Good"))
		_, err := d.Write(staff(t), reviews.NewReview{OrderID: 11, Rating: 3})
		require.NoError(t, err)
		d.store.tallies = nil
		d.watch.now = noon().Add(24 * time.Hour) // it counts for the day on which it was written
		require.NoError(t, c.change(d), c.name)
		require.Equal(t, []core.Tally{{
			RestaurantID: 2, CustomerID: 1, Day: march1(t), Before: mark(4, reviews.Positive), After: c.after,
		}}, d.store.tallies, c.name)
		sum, count := d.rated(t)
		require.Equal(t, [2]int64{c.sum, c.count}, [2]int64{sum, count}, c.name)
	}
}
