package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The records of the model: what clients see of each, and what the model has to
// remember beside it. They are written from the contract (design: api.md §2)
// and share nothing with the product.

// cents is an amount of money in hundredths.
type cents int64

// UnmarshalJSON reads a number with two decimals, as the contract writes money.
func (c *cents) UnmarshalJSON(data []byte) error {
	if !regexp.MustCompile(`^\d+\.\d\d$`).Match(data) {
		return fmt.Errorf("%s is no amount with two decimals", data)
	}
	minor, err := strconv.ParseInt(strings.Replace(string(data), ".", "", 1), 10, 64)
	*c = cents(minor)
	return err
}

// MarshalJSON writes a number with two decimals.
func (c cents) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, "%d.%02d", c/100, c%100), nil
}

// moment is an instant in milliseconds since 1970.
type moment int64

func momentOf(t time.Time) moment { return moment(t.UnixMilli()) }

// at is the moment in a time zone.
func (m moment) at(zone string) time.Time {
	place, err := time.LoadLocation(zone)
	if err != nil {
		panic(err) // the zones are ours
	}
	return time.UnixMilli(int64(m)).In(place)
}

// String is the moment in UTC.
func (m moment) String() string { return m.at("UTC").Format(time.RFC3339Nano) }

// UnmarshalJSON reads RFC 3339 in UTC.
func (m *moment) UnmarshalJSON(data []byte) error {
	t, err := time.Parse(`"2006-01-02T15:04:05.999Z"`, string(data))
	*m = momentOf(t)
	return err
}

type shownCustomer struct {
	ID          int64   `json:"id"`
	Name        string  `json:"name"`
	Email       string  `json:"email"`
	PhoneNumber *string `json:"phone_number"`
	IsActive    bool    `json:"is_active"`
	CreatedAt   moment  `json:"created_at"`
	UpdatedAt   moment  `json:"updated_at"`
}

type shownRestaurant struct {
	ID             int64   `json:"id"`
	Name           string  `json:"name"`
	Currency       string  `json:"currency"`
	Timezone       string  `json:"timezone"`
	IsActive       bool    `json:"is_active"`
	Rating         float64 `json:"rating"`
	RatingCount    int64   `json:"rating_count"`
	MinOrderAmount cents   `json:"min_order_amount"`
	DeliveryFee    cents   `json:"delivery_fee"`
	CreatedAt      moment  `json:"created_at"`
	UpdatedAt      moment  `json:"updated_at"`
}

type shownItem struct {
	ID           int64  `json:"id"`
	RestaurantID int64  `json:"restaurant_id"`
	Name         string `json:"name"`
	Category     string `json:"category"`
	Price        cents  `json:"price"`
	IsAvailable  bool   `json:"is_available"`
	Stock        *int64 `json:"stock"`
}

type shownOrder struct {
	ID                  int64        `json:"id"`
	CustomerID          int64        `json:"customer_id"`
	RestaurantID        int64        `json:"restaurant_id"`
	OrderStatus         string       `json:"order_status"`
	TotalAmount         cents        `json:"total_amount"`
	Currency            string       `json:"currency"`
	Pricing             shownPricing `json:"pricing"`
	DeliveryAddress     *string      `json:"delivery_address"`
	SpecialInstructions *string      `json:"special_instructions"`
	OrderDate           moment       `json:"order_date"`
	DeliveryTime        *moment      `json:"delivery_time"`
	Version             int64        `json:"version"`
	OrderItems          []shownLine  `json:"order_items"`
}

type shownPricing struct {
	Subtotal    cents `json:"subtotal"`
	DeliveryFee cents `json:"delivery_fee"`
	Discount    cents `json:"discount"`
	Tax         cents `json:"tax"`
	Total       cents `json:"total"`
}

type shownLine struct {
	ID              int64   `json:"id"`
	MenuItemID      int64   `json:"menu_item_id"`
	Name            string  `json:"name"`
	Quantity        int64   `json:"quantity"`
	ItemPrice       cents   `json:"item_price"`
	LineTotal       cents   `json:"line_total"`
	SpecialRequests *string `json:"special_requests"`
}

// shownDetails is an order with what belongs to it.
type shownDetails struct {
	shownOrder

	OrderItems []detailedLine `json:"order_items"`
	Customer   *whoOrdered    `json:"customer"`
	Restaurant whoCooks       `json:"restaurant"`
	Review     *shownReview   `json:"review"`
	Timeline   []shownEntry   `json:"timeline"`
}

type detailedLine struct {
	shownLine

	MenuItem *shownItem `json:"menu_item"`
}

type whoOrdered struct {
	ID          int64   `json:"id"`
	Name        string  `json:"name"`
	PhoneNumber *string `json:"phone_number"`
}

type whoCooks struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

type shownEntry struct {
	Event string  `json:"event"`
	At    moment  `json:"at"`
	By    string  `json:"by"`
	Note  *string `json:"note"`
}

type shownReview struct {
	ID             int64       `json:"id"`
	OrderID        int64       `json:"order_id"`
	CustomerID     int64       `json:"customer_id"`
	RestaurantID   int64       `json:"restaurant_id"`
	Rating         int64       `json:"rating"`
	Comment        *string     `json:"comment"`
	Sentiment      string      `json:"sentiment"`
	SentimentScore float64     `json:"sentiment_score"`
	Reply          *shownReply `json:"reply"`
	Author         *string     `json:"author"`
	CreatedAt      moment      `json:"created_at"`
	EditedAt       *moment     `json:"edited_at"`
}

type shownReply struct {
	Text string `json:"text"`
	At   moment `json:"at"`
}

// modelCustomer is a customer of the model; an erased one is not shown any more.
type modelCustomer struct {
	shownCustomer

	erased bool
}

// modelRestaurant is a restaurant of the model. Its rating is worked out from
// the reviews.
type modelRestaurant struct {
	shownRestaurant

	deleted bool
}

// modelItem is a menu item of the model.
type modelItem struct {
	shownItem

	restaurant *modelRestaurant
	deleted    bool
}

// there tells whether the item is on a menu that can be read.
func (i *modelItem) there() bool { return !i.deleted && !i.restaurant.deleted }

// modelOrder is an order of the model.
type modelOrder struct {
	shownOrder

	customer       *modelCustomer
	restaurant     *modelRestaurant
	items          []*modelItem // of the lines
	fromStock      []bool       // of the lines: their pieces were taken from a stock
	restaurantName string
	// day and hour are when it was placed, on the restaurant's wall at the time.
	day      string
	hour     int
	timeline []shownEntry
	review   *modelReview // a deleted one too
}

// modelReview is a review of the model, without its author.
type modelReview struct {
	shownReview

	order   *modelOrder
	day     string // when it was written, on the restaurant's calendar at the time
	deleted bool
}

// shown is the review as it is shown, with its author as they are called now.
func (r *modelReview) shown() shownReview {
	out := r.shownReview
	if !r.order.customer.erased {
		first, last, named := strings.Cut(r.order.customer.Name, " ")
		if named {
			first += " " + string([]rune(last)[0]) + "."
		}
		out.Author = &first
	}
	return out
}

// halfUp divides and rounds to a whole number, halves upwards.
func halfUp(sum, count int64) int64 { return (2*sum/count + 1) / 2 }
