package restaurants

import (
	"context"
	"time"

	"zomato/platform/fault"
	"zomato/platform/money"
)

// The codes of the faults for what does not exist or was deleted, and for what
// is no longer as it was read.
const (
	CodeNotFound     = "restaurant_not_found"
	CodeItemNotFound = "item_not_found"
	CodeMenuChanged  = "menu_changed"
)

// NotFound is the fault for a restaurant that does not exist or was deleted.
func NotFound(id int64) *fault.Error {
	return fault.New(fault.NotFound, CodeNotFound, "There is no restaurant %d.", id)
}

// ItemNotFound is the fault for a menu item that does not exist, was deleted,
// or whose restaurant was.
func ItemNotFound(id int64) *fault.Error {
	return fault.New(fault.NotFound, CodeItemNotFound, "There is no menu item %d.", id)
}

// Restaurant is a restaurant as the API shows it.
type Restaurant struct {
	ID                   int64        `json:"id" example:"2"`
	Name                 string       `json:"name" example:"Spice Route"`
	Description          *string      `json:"description"`
	Cuisines             []string     `json:"cuisines" doc:"In the order given; at least one" example:"[\"North Indian\"]"`
	Address              *string      `json:"address" example:"5 Church Street"`
	City                 *string      `json:"city" example:"Bengaluru"`
	Location             *string      `json:"location" doc:"Area or free text" example:"Indiranagar"`
	Latitude             *float64     `json:"latitude" example:"12.9719"`
	Longitude            *float64     `json:"longitude" example:"77.6412"`
	PhoneNumber          *string      `json:"phone_number"`
	PriceLevel           *int         `json:"price_level" doc:"1 (cheap) to 4" example:"2"`
	Currency             string       `json:"currency" doc:"ISO 4217" example:"INR"`
	Timezone             string       `json:"timezone" doc:"IANA" example:"Asia/Kolkata"`
	IsActive             bool         `json:"is_active" doc:"False stops new orders and hides it from search"`
	Rating               float64      `json:"rating" doc:"Mean of the ratings, rounded to two decimals; 0 while there is none" example:"4.25"`
	RatingCount          int64        `json:"rating_count"`
	MinOrderAmount       money.Amount `json:"min_order_amount" doc:"The least subtotal of an order; 0 means no minimum"`
	DeliveryFee          money.Amount `json:"delivery_fee"`
	IsOpen               bool         `json:"is_open" doc:"Without hours a restaurant is always open"`
	NextOpenAt           *time.Time   `json:"next_open_at"`
	ClosesAt             *time.Time   `json:"closes_at"`
	ConfirmWithinMinutes *int         `json:"confirm_within_minutes" doc:"null: an order is never cancelled by the clock"`
	MaxActiveOrders      *int         `json:"max_active_orders" doc:"null: unlimited"`
	SlotCapacity         *int         `json:"slot_capacity" doc:"null: unlimited"`
	SlotMinutes          *int         `json:"slot_minutes" doc:"null: 30"`
	CreatedAt            time.Time    `json:"created_at"`
	UpdatedAt            time.Time    `json:"updated_at"`

	// Version rises with every change but that of the rating, and is compared
	// by If-Match.
	Version int64 `json:"-"`
}

// MenuItem is a dish on a menu as the API shows it.
type MenuItem struct {
	ID              int64        `json:"id" example:"5"`
	RestaurantID    int64        `json:"restaurant_id" example:"2"`
	Name            string       `json:"name" example:"Paneer Tikka"`
	Description     *string      `json:"description"`
	Category        string       `json:"category" example:"Starters"`
	Price           money.Amount `json:"price" doc:"Above 0, in the restaurant's currency"`
	IsVegetarian    bool         `json:"is_vegetarian"`
	IsVegan         bool         `json:"is_vegan"`
	IsAvailable     bool         `json:"is_available"`
	PreparationTime *int         `json:"preparation_time" doc:"Minutes" example:"15"`
	Stock           *int         `json:"stock" doc:"null: unlimited"`

	// Version rises with every change and is compared by If-Match.
	Version int64 `json:"-"`
}

// Portion is some pieces of a menu item.
type Portion struct {
	MenuItemID int64
	Quantity   int // at least 1
}

// Basket is what an order takes from a menu, with all that its price was worked
// out from.
type Basket struct {
	// Restaurant is the restaurant as it was read.
	Restaurant Restaurant
	// Items are its items as they were read, each once.
	Items []MenuItem
	// Portions are pieces of these items; an item may occur several times.
	Portions []Portion
}

// RatingChange is the difference that a review makes to a rating, or several.
type RatingChange struct {
	// Stars are added to the sum of all ratings; negative when a review goes.
	Stars int64
	// Count is added to the number of ratings; of one review 1, 0 or -1.
	Count int64
}

// Service is what other modules may ask of this one. Its methods join the unit
// of work of the context, if there is one. Safe for concurrent use.
type Service interface {
	// Get gives a restaurant, active or not. Faults: restaurant_not_found.
	Get(ctx context.Context, id int64) (Restaurant, error)
	// ByIDs gives the restaurants with these ids in the order asked for, each
	// once; those that do not exist are left out.
	ByIDs(ctx context.Context, ids []int64) ([]Restaurant, error)
	// Items gives the menu items with these ids in the order asked for, each
	// once; those that do not exist, or whose restaurant was deleted, are left
	// out.
	Items(ctx context.Context, ids []int64) ([]MenuItem, error)
	// Substitutes gives, by the id of the item that is wanted, an available item
	// of the same menu and category with enough stock: as vegetarian or vegan as
	// the other, and the nearest in price. None of those wanted is one. What has
	// no substitute is left out.
	Substitutes(ctx context.Context, restaurantID int64, wanted []Portion) (map[int64]MenuItem, error)
	// TakeStock takes what an order needs, in the caller's unit of work; an item
	// without stock is unlimited. It takes all or nothing: menu_changed says
	// that the restaurant, or the name, price, availability or stock of an item,
	// is no longer such that this order could be placed as it was worked out.
	// Until the unit of work ends neither can change. Faults: menu_changed.
	TakeStock(ctx context.Context, basket Basket) error
	// ReturnStock gives back what TakeStock took, in the caller's unit of work.
	// Items that are gone, or unlimited now, take nothing back.
	ReturnStock(ctx context.Context, portions []Portion) error
	// Rate writes the rating through, in the caller's unit of work. The
	// restaurant's version stays. A deleted restaurant is rated too: its reviews
	// can still be edited and deleted. Faults: restaurant_not_found.
	Rate(ctx context.Context, id int64, change RatingChange) error
}
