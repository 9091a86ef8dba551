package sqlstore

import (
	"context"
	"fmt"

	"zomato/modules/customers"
	"zomato/modules/orders"
	"zomato/modules/restaurants"
	"zomato/platform/calendar"
	"zomato/platform/database"
	"zomato/platform/money"
)

var _ restaurants.OrderFigures = (*Store)(nil)

// The lengths of the lists in figures (design: domain.md §8).
const (
	popularItems         = 5
	favouriteRestaurants = 3
	favouriteItems       = 3
)

// statusCounts are the numbers of orders with each status.
type statusCounts struct {
	Placed         int64 `db:"placed"`
	Confirmed      int64 `db:"confirmed"`
	Preparing      int64 `db:"preparing"`
	OutForDelivery int64 `db:"out_for_delivery"`
	Delivered      int64 `db:"delivered"`
	Cancelled      int64 `db:"cancelled"`
}

// sumOfCounts are the columns of statusCounts, summed.
const sumOfCounts = `SUM(placed) AS placed, SUM(confirmed) AS confirmed, SUM(preparing) AS preparing,
	SUM(out_for_delivery) AS out_for_delivery, SUM(delivered) AS delivered, SUM(cancelled) AS cancelled`

func (c statusCounts) total() int64 {
	return c.Placed + c.Confirmed + c.Preparing + c.OutForDelivery + c.Delivered + c.Cancelled
}

func (c statusCounts) plus(d statusCounts) statusCounts {
	return statusCounts{
		c.Placed + d.Placed, c.Confirmed + d.Confirmed, c.Preparing + d.Preparing,
		c.OutForDelivery + d.OutForDelivery, c.Delivered + d.Delivered, c.Cancelled + d.Cancelled,
	}
}

func (c statusCounts) byStatus() map[string]int64 {
	return map[string]int64{
		string(orders.StatusPlaced): c.Placed, string(orders.StatusConfirmed): c.Confirmed,
		string(orders.StatusPreparing): c.Preparing, string(orders.StatusOutForDelivery): c.OutForDelivery,
		string(orders.StatusDelivered): c.Delivered, string(orders.StatusCancelled): c.Cancelled,
	}
}

// OrdersOfRestaurant implements restaurants.OrderFigures: four statements,
// whatever the number of orders. What they read grows with the days.
func (s *Store) OrdersOfRestaurant(ctx context.Context, restaurantID int64, currency string, days calendar.Days) (restaurants.OrderSummary, bool, error) {
	var out restaurants.OrderSummary
	for _, read := range []func() error{
		func() error { return s.readDays(ctx, &out, restaurantID, currency, days) },
		func() error { return s.readHours(ctx, &out, restaurantID, days) },
		func() error { return s.readPopular(ctx, &out, restaurantID, currency, days) },
		func() error { return s.readCustomers(ctx, &out, restaurantID, days) },
	} {
		if err := read(); err != nil {
			return restaurants.OrderSummary{}, true, fmt.Errorf("read the figures of restaurant %d: %w", restaurantID, err)
		}
	}
	return out, true, nil
}

func daysStatement(restaurantID int64, currency string, days calendar.Days) (string, []any) {
	where, args := database.OnDays("restaurant_id = ?", []any{currency, currency, restaurantID}, days)
	return `SELECT day, SUM(CASE WHEN currency = ? THEN revenue ELSE 0 END) AS revenue,
		SUM(CASE WHEN currency = ? THEN delivered ELSE 0 END) AS paid, ` + sumOfCounts + `
		FROM orders_figures_hours WHERE ` + where + ` GROUP BY day ORDER BY day`, args
}

// readDays reads what adds up over the days, and the days themselves.
func (s *Store) readDays(ctx context.Context, out *restaurants.OrderSummary, restaurantID int64, currency string, days calendar.Days) error {
	var rows []struct {
		statusCounts

		Day     int64        `db:"day"`
		Revenue money.Amount `db:"revenue"`
		Paid    int64        `db:"paid"` // delivered in the currency
	}
	query, args := daysStatement(restaurantID, currency, days)
	if err := s.db.Select(ctx, &rows, query, args...); err != nil {
		return err
	}
	var all statusCounts
	var paid int64
	out.Daily = make([]restaurants.DayFigures, len(rows))
	for i, r := range rows {
		out.Daily[i] = restaurants.DayFigures{Date: calendar.Day(r.Day).String(), Orders: r.total(), Revenue: r.Revenue}
		out.TotalRevenue += r.Revenue
		paid += r.Paid
		all = all.plus(r.statusCounts)
	}
	out.TotalOrders, out.OrdersByStatus = all.total(), all.byStatus()
	out.AverageOrderValue = out.TotalRevenue.Mean(paid)
	out.CancellationRate = share(all.Cancelled, all.total())
	return nil
}

func hoursStatement(restaurantID int64, days calendar.Days) (string, []any) {
	where, args := database.OnDays("restaurant_id = ?", []any{restaurantID}, days)
	return `SELECT hour, SUM(placed + confirmed + preparing + out_for_delivery + delivered + cancelled) AS orders
		FROM orders_figures_hours WHERE ` + where + ` GROUP BY hour`, args
}

func (s *Store) readHours(ctx context.Context, out *restaurants.OrderSummary, restaurantID int64, days calendar.Days) error {
	var rows []struct {
		Hour   int   `db:"hour"`
		Orders int64 `db:"orders"`
	}
	query, args := hoursStatement(restaurantID, days)
	if err := s.db.Select(ctx, &rows, query, args...); err != nil {
		return err
	}
	out.OrdersByHour = make([]int64, 24)
	for _, r := range rows {
		out.OrdersByHour[r.Hour] = r.Orders
	}
	return nil
}

func popularStatement(restaurantID int64, currency string, days calendar.Days) (string, []any) {
	table := "orders_figures_item_days"
	if days.IsAll() {
		table = "orders_figures_items"
	}
	where, args := database.OnDays("restaurant_id = ?", []any{restaurantID, currency, restaurantID}, days)
	// An item that was sold in two currencies has two names: the later one counts.
	return `SELECT p.menu_item_id, (SELECT i.name FROM orders_figures_items i WHERE i.restaurant_id = ? AND i.menu_item_id = p.menu_item_id
			ORDER BY i.last_order_id DESC LIMIT 1) AS name, p.quantity, p.revenue
		FROM (SELECT menu_item_id, SUM(quantity) AS quantity, SUM(CASE WHEN currency = ? THEN revenue ELSE 0 END) AS revenue
			FROM ` + table + ` WHERE ` + where + ` GROUP BY menu_item_id HAVING SUM(quantity) > 0
			ORDER BY 2 DESC, menu_item_id LIMIT ?) p
		ORDER BY p.quantity DESC, p.menu_item_id`, append(args, popularItems)
}

func (s *Store) readPopular(ctx context.Context, out *restaurants.OrderSummary, restaurantID int64, currency string, days calendar.Days) error {
	var rows []struct {
		MenuItemID int64        `db:"menu_item_id"`
		Name       string       `db:"name"`
		Quantity   int64        `db:"quantity"`
		Revenue    money.Amount `db:"revenue"`
	}
	query, args := popularStatement(restaurantID, currency, days)
	if err := s.db.Select(ctx, &rows, query, args...); err != nil {
		return err
	}
	out.PopularItems = make([]restaurants.PopularItem, len(rows))
	for i, r := range rows {
		out.PopularItems[i] = restaurants.PopularItem(r)
	}
	return nil
}

// readCustomers reads what is known of the whole time only.
func (s *Store) readCustomers(ctx context.Context, out *restaurants.OrderSummary, restaurantID int64, days calendar.Days) error {
	if !days.IsAll() {
		return nil
	}
	var rows []struct {
		Customers int64 `db:"customers"`
		Repeat    int64 `db:"repeat_customers"`
	}
	err := s.db.Select(ctx, &rows, `SELECT customers, repeat_customers FROM orders_figures_restaurants WHERE restaurant_id = ?`, restaurantID)
	if err != nil {
		return err
	}
	out.UniqueCustomers, out.RepeatRate = new(int64(0)), new(0.0)
	if len(rows) == 1 {
		out.UniqueCustomers, out.RepeatRate = &rows[0].Customers, new(share(rows[0].Repeat, rows[0].Customers))
	}
	return nil
}

// share gives a part of a whole rounded to four decimals, 0 of nothing.
func share(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64((20000*part+whole)/(2*whole)) / 10000
}

const mostOrderedStatement = `SELECT restaurant_id FROM orders_figures_restaurants
	ORDER BY customers + repeat_customers DESC, restaurant_id LIMIT ?`

// MostOrdered gives the restaurants that most customers order from, those who
// came back counted twice: one row a restaurant, whatever the number of orders.
// Some may have been deleted.
func (s *Store) MostOrdered(ctx context.Context, limit int) ([]int64, error) {
	var ids []int64
	if err := s.db.Select(ctx, &ids, mostOrderedStatement, limit); err != nil {
		return nil, fmt.Errorf("read the %d restaurants that are ordered from most: %w", limit, err)
	}
	return ids, nil
}

// customerRow is what a customer ordered of one restaurant.
type customerRow struct {
	statusCounts

	RestaurantID int64  `db:"restaurant_id"`
	Name         string `db:"restaurant_name"`
	LastOrderAt  int64  `db:"last_order_at"`
}

const customerStatement = `SELECT restaurant_id, restaurant_name, last_order_at, placed, confirmed, preparing, out_for_delivery, delivered, cancelled
	FROM orders_figures_customers WHERE customer_id = ?
	ORDER BY placed + confirmed + preparing + out_for_delivery + delivered DESC, restaurant_id`

// OrdersOfCustomer implements customers.OrderActivity: three statements. What
// they read grows with the restaurants and dishes that the customer tried, not
// with the orders.
func (s *Store) OrdersOfCustomer(ctx context.Context, customerID int64) (customers.OrderSummary, bool, error) {
	out := customers.OrderSummary{FavouriteRestaurants: []customers.FavouriteRestaurant{}}
	fail := func(err error) (customers.OrderSummary, bool, error) {
		return customers.OrderSummary{}, true, fmt.Errorf("read the figures of customer %d: %w", customerID, err)
	}
	var rows []customerRow
	if err := s.db.Select(ctx, &rows, customerStatement, customerID); err != nil {
		return fail(err)
	}
	var all statusCounts
	var last int64
	for _, r := range rows {
		all, last = all.plus(r.statusCounts), max(last, r.LastOrderAt)
		if kept := r.total() - r.Cancelled; kept > 0 && len(out.FavouriteRestaurants) < favouriteRestaurants {
			out.FavouriteRestaurants = append(out.FavouriteRestaurants, customers.FavouriteRestaurant{RestaurantID: r.RestaurantID, Name: r.Name, Orders: kept})
		}
	}
	out.TotalOrders, out.OrdersByStatus = all.total(), all.byStatus()
	if len(rows) > 0 {
		out.LastOrderAt = new(database.FromMillis(last))
	}
	if err := s.readSpending(ctx, &out, customerID); err != nil {
		return fail(err)
	}
	if err := s.readFavouriteItems(ctx, &out, customerID); err != nil {
		return fail(err)
	}
	return out, true, nil
}

func (s *Store) readSpending(ctx context.Context, out *customers.OrderSummary, customerID int64) error {
	var rows []struct {
		Currency string       `db:"currency"`
		Orders   int64        `db:"orders"`
		Spent    money.Amount `db:"spent"`
	}
	err := s.db.Select(ctx, &rows, `SELECT currency, orders, spent FROM orders_figures_spending WHERE customer_id = ? ORDER BY currency`, customerID)
	if err != nil {
		return err
	}
	out.SpentByCurrency = make([]customers.Spending, len(rows))
	for i, r := range rows {
		out.SpentByCurrency[i] = customers.Spending{Currency: r.Currency, Amount: r.Spent}
	}
	switch len(rows) {
	case 0:
		out.TotalSpent = new(money.Amount(0))
	case 1:
		out.TotalSpent, out.AverageOrderValue = &rows[0].Spent, rows[0].Spent.Mean(rows[0].Orders)
	}
	return nil
}

const favouriteItemsStatement = `SELECT menu_item_id, name, quantity FROM orders_figures_customer_items
	WHERE customer_id = ? AND quantity > 0 ORDER BY quantity DESC, menu_item_id LIMIT ?`

func (s *Store) readFavouriteItems(ctx context.Context, out *customers.OrderSummary, customerID int64) error {
	var rows []struct {
		MenuItemID int64  `db:"menu_item_id"`
		Name       string `db:"name"`
		Quantity   int64  `db:"quantity"`
	}
	if err := s.db.Select(ctx, &rows, favouriteItemsStatement, customerID, favouriteItems); err != nil {
		return err
	}
	out.FavouriteItems = make([]customers.FavouriteItem, len(rows))
	for i, r := range rows {
		out.FavouriteItems[i] = customers.FavouriteItem(r)
	}
	return nil
}
