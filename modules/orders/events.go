package orders

// Placed says that there is a new order.
type Placed struct {
	OrderID      int64 `json:"order_id"`
	CustomerID   int64 `json:"customer_id"`
	RestaurantID int64 `json:"restaurant_id"`
}

// EventName implements eventbus.Event.
func (Placed) EventName() string { return "orders.placed" }

// StatusChanged says that an order has another status than before.
type StatusChanged struct {
	OrderID      int64  `json:"order_id"`
	CustomerID   int64  `json:"customer_id"`
	RestaurantID int64  `json:"restaurant_id"`
	Status       Status `json:"status"`
}

// EventName implements eventbus.Event.
func (StatusChanged) EventName() string { return "orders.status_changed" }

// Imported says that orders from before were taken over, with all that has
// happened to them: orders of these customers at these restaurants.
type Imported struct {
	CustomerIDs   []int64 `json:"customer_ids"`
	RestaurantIDs []int64 `json:"restaurant_ids"`
}

// EventName implements eventbus.Event.
func (Imported) EventName() string { return "orders.imported" }
