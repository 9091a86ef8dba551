package core

import (
	"context"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"zomato/modules/restaurants"
	"zomato/platform/words"
)

// ImportedRestaurant is a restaurant that was imported before.
type ImportedRestaurant struct {
	restaurants.Restaurant

	ExternalID string
	Stars      StoredRating
	Deleted    bool
}

// NewImported is a restaurant that is imported for the first time.
type NewImported struct {
	restaurants.Restaurant

	ExternalID string
	Imported   Rating
}

// incoming is a restaurant as a row describes it.
type incoming struct {
	restaurants.Restaurant // as it will be if it is new

	externalID string
	says       func(column string) bool
	place      bool    // the row says where it is
	rated      bool    // the file has ratings
	rating     Rating  // that it gives
	derived    Country // what the country says; zero without one
}

// ImportRestaurants takes over a file of restaurants.
func (s *Service) ImportRestaurants(ctx context.Context, run ImportRun) (restaurants.ImportReport, error) {
	parser := importParser{service: s, rules: run.Rules, replace: replacer(run.Rules.Replace), since: run.Since}
	return runImport(ctx, s, run, importKind[incoming]{parse: parser.restaurant, store: s.importRestaurants})
}

// IsEmpty tells whether there has never been a restaurant.
func (s *Service) IsEmpty(ctx context.Context) (bool, error) { return s.store.IsEmpty(ctx) }

// importParser makes records of rows.
type importParser struct {
	service *Service
	rules   ImportRules
	replace *strings.Replacer
	since   time.Time // when new restaurants came; zero is now
}

func (p importParser) cells(row ImportRow) *cells {
	return &cells{row: row, rules: p.rules, replace: p.replace}
}

// restaurant makes a restaurant of a row.
func (p importParser) restaurant(row ImportRow) (incoming, string, []string, string) {
	c := p.cells(row)
	in := incoming{externalID: c.id(colExternalID), says: c.says}
	in.Restaurant = restaurants.Restaurant{
		Name: c.text(colName), Address: c.optional(colAddress), City: c.optional(colCity), Location: c.optional(colLocation),
		PriceLevel: priceLevel(c), IsActive: c.yes(colIsActive, true), MinOrderAmount: c.amount(colMinOrder),
		DeliveryFee: c.amount(colDeliveryFee), IsOpen: true, CreatedAt: p.since, Version: 1,
	}
	if description := c.lines(colDescription); description != "" {
		in.Description = &description
	}
	if phone := strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "").Replace(c.value(colPhone)); phone != "" {
		in.PhoneNumber = &phone
	}
	in.Cuisines = distinct(&c.findings, "#/cuisines", "#/cuisines", splitList(c.text(colCuisines)))
	in.Latitude, in.Longitude = place(c)
	in.place = in.Latitude != nil
	in.rated = c.has(colRating) && c.has(colVotes)
	in.rating = rating(c)
	p.locate(c, &in)
	tidy(&in.Restaurant, &c.findings)
	return in, in.externalID, c.oddities, c.reason()
}

// has tells whether the file has that column.
func (c *cells) has(column string) bool {
	_, has := c.row.Values[column]
	return has
}

// locate sets what the country decides, and what the file says of it itself.
func (p importParser) locate(c *cells, in *incoming) {
	in.Currency, in.Timezone = defaultCurrency, p.service.timezone
	if code := c.value(colCountry); code != "" && p.rules.Countries != nil {
		country, known := p.rules.Countries[code]
		if !known {
			c.wrong(colCountry, "The mapping knows no country %q.", shorten(code))
			return
		}
		in.derived = Country{Currency: country.Currency, Timezone: country.timezoneOf(or(in.City, ""))}
		in.Currency, in.Timezone = in.derived.Currency, in.derived.Timezone
	}
	if own := c.value(colCurrency); own != "" {
		in.Currency = own
	}
	if own := c.value(colTimezone); own != "" {
		in.Timezone = own
		p.service.checkTimezone(&c.findings, own)
	}
}

// priceLevel reads the price level; 0 is how many programs write that they do
// not know.
func priceLevel(c *cells) *int {
	level := c.integer(colPriceLevel)
	if level != nil && *level == 0 {
		c.odd(oddPriceLevel)
		return nil
	}
	return level
}

// place reads the coordinates. A zero is what an empty field becomes, in one of
// them too: of real places, one in millions lies on the equator or the meridian
// of Greenwich to the last digit.
func place(c *cells) (latitude, longitude *float64) {
	latitude, longitude = c.number(colLatitude), c.number(colLongitude)
	if latitude != nil && longitude != nil && (*latitude == 0 || *longitude == 0) {
		c.odd(oddCoordinates)
		return nil, nil
	}
	return latitude, longitude
}

// rating reads a mean and a number of votes. The stars of the votes were whole,
// and so is their sum: that of the mean, rounded.
func rating(c *cells) Rating {
	mean, votes := or(c.number(colRating), 0), int64(or(c.integer(colVotes), 0))
	switch {
	case votes < 0 || votes > maxImportedVotes:
		c.wrong(colVotes, "This number must be from 0 to %d.", int64(maxImportedVotes))
	case mean != 0 && !(mean >= minStars && mean <= maxStars): // so written, NaN is refused
		c.wrong(colRating, "This number must be from %d to %d, or 0 for not rated.", minStars, maxStars)
	case mean == 0 && votes > 0:
		c.odd(oddVotesOnly)
	case mean != 0 && votes == 0:
		c.odd(oddRatingOnly)
	case mean != 0:
		return Rating{Sum: (int64(math.Round(mean*thousandths))*votes + thousandths/2) / thousandths, Count: votes}
	}
	return Rating{}
}

// over gives the restaurant with what the row says of it. Where the row says
// nothing, it stays.
func (in incoming) over(r restaurants.Restaurant) restaurants.Restaurant {
	for _, field := range []struct {
		said bool
		take func()
	}{
		{true, func() { r.Name = in.Name }},
		{in.says(colCuisines) && !sameCuisines(r.Cuisines, in.Cuisines), func() { r.Cuisines = in.Cuisines }},
		{in.says(colDescription), func() { r.Description = in.Description }},
		{in.says(colAddress), func() { r.Address = in.Address }},
		{in.says(colCity), func() { r.City = in.City }},
		{in.says(colLocation), func() { r.Location = in.Location }},
		{in.place, func() { r.Latitude, r.Longitude = in.Latitude, in.Longitude }},
		{in.says(colPhone), func() { r.PhoneNumber = in.PhoneNumber }},
		{in.PriceLevel != nil, func() { r.PriceLevel = in.PriceLevel }},
		{in.derived.Currency != "" || in.says(colCurrency), func() { r.Currency = in.Currency }},
		{in.derived.Timezone != "" || in.says(colTimezone), func() { r.Timezone = in.Timezone }},
		{in.says(colIsActive), func() { r.IsActive = in.IsActive }},
		{in.says(colMinOrder), func() { r.MinOrderAmount = in.MinOrderAmount }},
		{in.says(colDeliveryFee), func() { r.DeliveryFee = in.DeliveryFee }},
	} {
		if field.said {
			field.take()
		}
	}
	return r
}

// sameCuisines compares as cuisines are compared: whatever case and accents.
func sameCuisines(a, b []string) bool {
	return slices.EqualFunc(a, b, func(a, b string) bool { return words.Fold(a) == words.Fold(b) })
}

// importRestaurants is importKind.store of restaurants. The total of all ratings
// comes last, since all that rate wait for each other there.
func (s *Service) importRestaurants(ctx context.Context, batch []*entry[incoming], write bool) error {
	ids := make([]string, len(batch))
	for i, e := range batch {
		ids[i] = e.record.externalID
	}
	known, err := s.store.Imported(ctx, ids, write)
	if err != nil {
		return err
	}
	stored := map[string]ImportedRestaurant{}
	for _, r := range known {
		stored[r.ExternalID] = r
	}
	var total restaurants.RatingChange
	var fresh []NewImported
	for _, e := range batch {
		change := restaurants.RatingChange{Stars: e.record.rating.Sum, Count: e.record.rating.Count}
		if old, there := stored[e.record.externalID]; !there {
			e.outcome = created
			fresh = append(fresh, NewImported{e.record.Restaurant, e.record.externalID, e.record.rating})
		} else if change, err = s.importOver(ctx, e, old, write); err != nil {
			return err
		}
		total.Stars, total.Count = total.Stars+change.Stars, total.Count+change.Count
	}
	if !write {
		return nil
	}
	if err = s.importNew(ctx, fresh); err != nil || total == (restaurants.RatingChange{}) {
		return err
	}
	return s.store.AddToTotals(ctx, total)
}

// importNew stores restaurants that are not there yet.
func (s *Service) importNew(ctx context.Context, fresh []NewImported) error {
	now := s.clock.Now()
	for i := range fresh {
		if fresh[i].CreatedAt.IsZero() {
			fresh[i].CreatedAt = now
		}
		fresh[i].UpdatedAt = fresh[i].CreatedAt
	}
	ids, err := s.store.InsertImported(ctx, fresh)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err = s.events.Publish(ctx, restaurants.Changed{RestaurantID: id}); err != nil {
			return err
		}
	}
	return nil
}

// importOver stores what a row says of a restaurant that is there, if that is
// anything new.
func (s *Service) importOver(ctx context.Context, e *entry[incoming], old ImportedRestaurant, write bool) (restaurants.RatingChange, error) {
	var change restaurants.RatingChange
	if old.Deleted {
		e.oddities = append(e.oddities, oddDeleted)
		return change, nil
	}
	next, stars := e.record.over(old.Restaurant), old.Stars
	if e.record.rated {
		stars.Imported = e.record.rating
	}
	record, rated := !reflect.DeepEqual(next, old.Restaurant), stars != old.Stars
	if !record && !rated {
		return change, nil
	}
	e.outcome = updated
	change.Stars, change.Count = stars.Imported.Sum-old.Stars.Imported.Sum, stars.Imported.Count-old.Stars.Imported.Count
	if !write {
		return change, nil
	}
	if record {
		next.UpdatedAt = s.clock.Now()
		next.Version++
		if _, err := s.store.Update(ctx, next); err != nil {
			return change, err
		}
		if err := s.events.Publish(ctx, restaurants.Changed{RestaurantID: old.ID}); err != nil {
			return change, err
		}
	}
	if !rated {
		return change, nil
	}
	if err := s.store.SetRating(ctx, old.ID, stars); err != nil {
		return change, err
	}
	return change, s.events.Publish(ctx, restaurants.Rated{RestaurantID: old.ID})
}
