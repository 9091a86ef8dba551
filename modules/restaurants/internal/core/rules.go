package core

import (
	"strings"

	"golang.org/x/text/currency"

	"zomato/modules/restaurants"
	"zomato/platform/fault"
	"zomato/platform/money"
)

// The limits of the texts, in characters (design: api.md §2).
const (
	maxName            = 100
	maxDescription     = 2000
	maxAddress         = 500
	maxCity            = 100
	maxLocation        = 200
	maxCategory        = 50
	maxItemDescription = 1000
)

// The limits of the numbers.
const (
	maxPriceLevel      = 4
	maxConfirmMinutes  = 24 * 60
	minSlotMinutes     = 5
	maxSlotMinutes     = 4 * 60
	maxPreparationTime = 10 * 60 // minutes
)

// defaultCurrency is the currency of a restaurant that names none.
const defaultCurrency = "INR"

// tidy trims the texts of a restaurant and reports what breaks a rule. Cuisines
// and time zone are checked by themselves.
func tidy(r *restaurants.Restaurant, findings *fault.Findings) {
	findings.Text("#/name", &r.Name, maxName)
	findings.OptionalText("#/description", &r.Description, maxDescription)
	findings.OptionalText("#/address", &r.Address, maxAddress)
	findings.OptionalText("#/city", &r.City, maxCity)
	findings.OptionalText("#/location", &r.Location, maxLocation)
	findings.Place(&r.Latitude, &r.Longitude)
	findings.Phone("#/phone_number", r.PhoneNumber)
	if !isCurrency(r.Currency) {
		findings.Add("#/currency", "invalid", "The currency must be a code of ISO 4217 such as INR.")
	}
	within(findings, "#/price_level", r.PriceLevel, 1, maxPriceLevel)
	within(findings, "#/min_order_amount", &r.MinOrderAmount, 0, money.Max)
	within(findings, "#/delivery_fee", &r.DeliveryFee, 0, money.Max)
	within(findings, "#/confirm_within_minutes", r.ConfirmWithinMinutes, 1, maxConfirmMinutes)
	atLeast(findings, "#/max_active_orders", r.MaxActiveOrders, 1)
	atLeast(findings, "#/slot_capacity", r.SlotCapacity, 1)
	within(findings, "#/slot_minutes", r.SlotMinutes, minSlotMinutes, maxSlotMinutes)
}

// tidyItem trims the texts of a menu item and reports what breaks a rule.
func tidyItem(i *restaurants.MenuItem, findings *fault.Findings) {
	findings.Text("#/name", &i.Name, maxName)
	findings.OptionalText("#/description", &i.Description, maxItemDescription)
	findings.Text("#/category", &i.Category, maxCategory)
	within(findings, "#/price", &i.Price, 1, money.Max)
	within(findings, "#/preparation_time", i.PreparationTime, 0, maxPreparationTime)
	atLeast(findings, "#/stock", i.Stock, 0)
	if i.IsVegan && !i.IsVegetarian {
		findings.Add("#/is_vegetarian", "invalid", "A vegan dish is vegetarian as well.")
	}
}

// within reports a number that is there and not from least to most.
func within[T int | float64 | money.Amount](findings *fault.Findings, pointer string, value *T, least, most T) {
	// Written so that NaN, which compares with nothing, is refused.
	if value == nil || (*value >= least && *value <= most) {
		return
	}
	findings.Add(pointer, "out_of_range", "This number must be from %v to %v.", least, most)
}

// atLeast reports a number that is there and below least.
func atLeast(findings *fault.Findings, pointer string, value *int, least int) {
	if value != nil && *value < least {
		findings.Add(pointer, "out_of_range", "This number must be at least %d.", least)
	}
}

// checkTimezone reports a time zone that does not exist.
func (s *Service) checkTimezone(findings *fault.Findings, name string) {
	if _, err := s.zones.Zone(name); err != nil {
		findings.Add("#/timezone", "invalid", "The time zone must be a name of the IANA database such as Asia/Kolkata.")
	}
}

// isCurrency accepts the codes of ISO 4217, in capitals.
func isCurrency(code string) bool {
	_, err := currency.ParseISO(code)
	return err == nil && strings.ToUpper(code) == code
}
