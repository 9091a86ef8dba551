package core

import (
	"fmt"
	"strings"

	"zomato/platform/clock"
	"zomato/platform/words"
)

// Our names of the columns of a file.
const (
	colExternalID   = "external_id"
	colName         = "name"
	colCuisines     = "cuisines"
	colDescription  = "description"
	colAddress      = "address"
	colCity         = "city"
	colLocation     = "location"
	colLatitude     = "latitude"
	colLongitude    = "longitude"
	colPhone        = "phone_number"
	colPriceLevel   = "price_level"
	colCountry      = "country"
	colCurrency     = "currency"
	colTimezone     = "timezone"
	colIsActive     = "is_active"
	colMinOrder     = "min_order_amount"
	colDeliveryFee  = "delivery_fee"
	colRating       = "rating"
	colVotes        = "votes"
	colRestaurant   = "restaurant_external_id"
	colCategory     = "category"
	colPrice        = "price"
	colIsVegetarian = "is_vegetarian"
	colIsVegan      = "is_vegan"
	colIsAvailable  = "is_available"
	colPreparation  = "preparation_time"
	colStock        = "stock"
)

// The limits of what is imported.
const (
	maxExternalID     = 200         // characters
	maxImportedVotes  = 100_000_000 // the sums of all restaurants stay far within an int64
	thousandths       = 1000        // of a star: how exactly a mean is read
	externalSeparator = ":"         // between source and id
)

// ImportColumns are the columns of one kind of file, by our names.
type ImportColumns struct {
	// Required must be in the file, or have a default.
	Required []string
	// Optional are those that it may have.
	Optional []string
}

// RestaurantColumns are those of a file of restaurants.
func RestaurantColumns() ImportColumns {
	return ImportColumns{
		Required: []string{colExternalID, colName, colCuisines},
		Optional: []string{
			colDescription, colAddress, colCity, colLocation, colLatitude, colLongitude, colPhone, colPriceLevel, colCountry,
			colCurrency, colTimezone, colIsActive, colMinOrder, colDeliveryFee, colRating, colVotes,
		},
	}
}

// ItemColumns are those of a file of menu items.
func ItemColumns() ImportColumns {
	return ImportColumns{
		Required: []string{colRestaurant, colExternalID, colName, colCategory, colPrice},
		Optional: []string{colDescription, colIsVegetarian, colIsVegan, colIsAvailable, colPreparation, colStock},
	}
}

// ImportRules are what a mapping says about the values of a file.
type ImportRules struct {
	// Source names where the external ids are from: each source has its own.
	Source string
	// Defaults are the values, by our names, of columns that the file does not
	// have, and of new records whose row says nothing.
	Defaults map[string]string
	// Countries tell currency and time zone by what stands in the column country.
	Countries map[string]Country
	// Replace are texts that are certainly damaged, and what they were.
	Replace map[string]string
}

// Country is what the place of a restaurant decides.
type Country struct {
	Currency string // ISO 4217
	Timezone string // IANA: that of cities that are not named
	// Cities are those with another time zone, by time zone.
	Cities map[string][]string
}

// timezoneOf gives the time zone of a city, whatever case and accents.
func (c Country) timezoneOf(city string) string {
	folded := words.Fold(city)
	for zone, cities := range c.Cities {
		for _, name := range cities {
			if words.Fold(name) == folded {
				return zone
			}
		}
	}
	return c.Timezone
}

// Check says what of the rules cannot be right.
func (r ImportRules) Check() error {
	if r.Source == "" || strings.Contains(r.Source, externalSeparator) {
		return fmt.Errorf("source: %q must be a name without %q", r.Source, externalSeparator)
	}
	for code, country := range r.Countries {
		if !isCurrency(country.Currency) {
			return fmt.Errorf("countries: %s: currency %q is no code of ISO 4217", code, country.Currency)
		}
		zones := []string{country.Timezone}
		for zone := range country.Cities {
			zones = append(zones, zone)
		}
		for _, zone := range zones {
			if _, err := clock.Zone(zone); err != nil {
				return fmt.Errorf("countries: %s: %w", code, err)
			}
		}
	}
	return nil
}

// external gives an id of the source as it is stored.
func (r ImportRules) external(id string) string { return r.Source + externalSeparator + id }

// The kinds of what is odd and no reason to refuse a row (docs/adr/0013).
const (
	oddCoordinates   = "coordinates_unknown"
	oddPriceLevel    = "price_level_unknown"
	oddVotesOnly     = "votes_without_rating"
	oddRatingOnly    = "rating_without_votes"
	oddRepaired      = "text_repaired"
	oddDamaged       = "text_damaged"
	oddBroken        = "text_line_break"
	oddDeleted       = "deleted_here"
	oddMissingSuffix = "_missing"
)

// meaningOf says what a kind of oddity means.
func meaningOf(kind string) string {
	switch kind {
	case oddCoordinates:
		return "a coordinate of 0 is unknown: imported without a place on the map"
	case oddPriceLevel:
		return "a price level of 0 is unknown"
	case oddVotesOnly:
		return "votes, but no rating: imported as not rated"
	case oddRatingOnly:
		return "a rating without votes: imported as not rated"
	case oddRepaired:
		return "text that was certainly damaged, and was repaired"
	case oddDamaged:
		return "text has lost letters that nobody can know: kept as it is"
	case oddBroken:
		return "line breaks in a text of one line: made spaces"
	case oddDeleted:
		return "was deleted here: stays deleted"
	default:
		return "no " + strings.TrimSuffix(kind, oddMissingSuffix) + ": the default of the mapping"
	}
}
