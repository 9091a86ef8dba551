package reviews

// Each event names the records that show a review, so that a cache knows what it
// has to forget: the review, its order, its customer and its restaurant. That the
// author is called otherwise, or was erased, is an event of customers, which does
// not name the restaurants whose lists show the author.

// Written says that there is a new review.
type Written struct {
	ReviewID     int64 `json:"review_id"`
	OrderID      int64 `json:"order_id"`
	CustomerID   int64 `json:"customer_id"`
	RestaurantID int64 `json:"restaurant_id"`
}

// EventName implements eventbus.Event.
func (Written) EventName() string { return "reviews.written" }

// Imported says that reviews from before were taken over: of these customers'
// orders, about these restaurants.
type Imported struct {
	CustomerIDs   []int64 `json:"customer_ids"`
	RestaurantIDs []int64 `json:"restaurant_ids"`
}

// EventName implements eventbus.Event.
func (Imported) EventName() string { return "reviews.imported" }

// Edited says that the author changed rating or comment.
type Edited struct {
	ReviewID     int64 `json:"review_id"`
	OrderID      int64 `json:"order_id"`
	CustomerID   int64 `json:"customer_id"`
	RestaurantID int64 `json:"restaurant_id"`
}

// EventName implements eventbus.Event.
func (Edited) EventName() string { return "reviews.edited" }

// Deleted says that a review is gone.
type Deleted struct {
	ReviewID     int64 `json:"review_id"`
	OrderID      int64 `json:"order_id"`
	CustomerID   int64 `json:"customer_id"`
	RestaurantID int64 `json:"restaurant_id"`
}

// EventName implements eventbus.Event.
func (Deleted) EventName() string { return "reviews.deleted" }

// Replied says that the restaurant replied, replied anew or withdrew its reply.
type Replied struct {
	ReviewID     int64 `json:"review_id"`
	OrderID      int64 `json:"order_id"`
	CustomerID   int64 `json:"customer_id"`
	RestaurantID int64 `json:"restaurant_id"`
}

// EventName implements eventbus.Event.
func (Replied) EventName() string { return "reviews.replied" }
