package restaurants

// Changed says that something of a restaurant's record is different from before;
// also that the restaurant is new.
type Changed struct {
	RestaurantID int64 `json:"restaurant_id"`
}

// EventName implements eventbus.Event.
func (Changed) EventName() string { return "restaurants.changed" }

// Rated says that the rating of a restaurant is different from before, and
// nothing else of it: who shows no rating has nothing to forget.
type Rated struct {
	RestaurantID int64 `json:"restaurant_id"`
}

// EventName implements eventbus.Event.
func (Rated) EventName() string { return "restaurants.rated" }

// Deleted says that a restaurant is gone, with its menu.
type Deleted struct {
	RestaurantID int64 `json:"restaurant_id"`
}

// EventName implements eventbus.Event.
func (Deleted) EventName() string { return "restaurants.deleted" }

// MenuChanged says that an item of a menu was added, changed or removed. Orders
// that take from its stock, or give back to it, are StockChanged instead.
type MenuChanged struct {
	RestaurantID int64 `json:"restaurant_id"`
	MenuItemID   int64 `json:"menu_item_id"`
}

// EventName implements eventbus.Event.
func (MenuChanged) EventName() string { return "restaurants.menu_changed" }

// StockChanged says that an order took pieces of an item or gave them back: their
// number is different from before, and nothing else of the item. Who shows no
// stock has nothing to forget.
type StockChanged struct {
	RestaurantID int64 `json:"restaurant_id"`
	MenuItemID   int64 `json:"menu_item_id"`
}

// EventName implements eventbus.Event.
func (StockChanged) EventName() string { return "restaurants.stock_changed" }
