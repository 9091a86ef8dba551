package sqlstore

import (
	"cmp"
	"context"

	"zomato/platform/database"
)

// addCounts is the part of an upsert that adds the differences to the table f.
const addCounts = `placed = f.placed + excluded.placed, confirmed = f.confirmed + excluded.confirmed,
	preparing = f.preparing + excluded.preparing, out_for_delivery = f.out_for_delivery + excluded.out_for_delivery,
	delivered = f.delivered + excluded.delivered, cancelled = f.cancelled + excluded.cancelled`

// upsert adds rows to a table of figures, in as few statements as can be.
func upsert[K any](ctx context.Context, s *Store, keys []K, columns int, insert, onConflict string, argsOf func(K) []any) error {
	args := make([]any, 0, columns*len(keys))
	for _, key := range keys {
		args = append(args, argsOf(key)...)
	}
	return s.db.InsertRows(ctx, insert, columns, args, onConflict)
}

func (c counts) args() []any {
	out := make([]any, len(c))
	for i, n := range c {
		out[i] = n
	}
	return out
}

func (s *Store) addToHours(ctx context.Context, all sums) error {
	return upsert(ctx, s, sorted(all.hours, compareHours), 11, `
		INSERT INTO orders_figures_hours AS f (restaurant_id, day, hour, currency, revenue,
			placed, confirmed, preparing, out_for_delivery, delivered, cancelled)`, `
		ON CONFLICT (restaurant_id, day, hour, currency) DO UPDATE SET revenue = f.revenue + excluded.revenue, `+addCounts,
		func(k hourKey) []any {
			sum := all.hours[k]
			return append([]any{k.restaurantID, int64(k.day), int64(k.hour), k.currency, int64(sum.revenue)}, sum.counts.args()...)
		})
}

// What pieces do to a row that is there. Without an order that was placed there
// is no newer name. The quantity does not tell: an order that was placed and
// cancelled in one list adds none.
const (
	addQuantity = ` DO UPDATE SET quantity = f.quantity + excluded.quantity`
	newerName   = `, name = CASE WHEN excluded.name <> '' THEN excluded.name ELSE f.name END`
)

func (s *Store) addItems(ctx context.Context, all sums) error {
	return upsert(ctx, s, sorted(all.items, compareItems), 7, `
		INSERT INTO orders_figures_items AS f (restaurant_id, menu_item_id, currency, name, last_order_id, quantity, revenue)`,
		` ON CONFLICT (restaurant_id, menu_item_id, currency)`+addQuantity+newerName+`, revenue = f.revenue + excluded.revenue,
			last_order_id = CASE WHEN excluded.last_order_id > 0 THEN excluded.last_order_id ELSE f.last_order_id END`,
		func(k itemKey) []any {
			sum := all.items[k]
			return []any{k.restaurantID, k.menuItemID, k.currency, sum.name, sum.orderID, sum.quantity, int64(sum.revenue)}
		})
}

func (s *Store) addItemDays(ctx context.Context, all sums) error {
	return upsert(ctx, s, sorted(all.itemDays, compareItems), 6, `
		INSERT INTO orders_figures_item_days AS f (restaurant_id, day, menu_item_id, currency, quantity, revenue)`,
		` ON CONFLICT (restaurant_id, day, menu_item_id, currency)`+addQuantity+`, revenue = f.revenue + excluded.revenue`,
		func(k itemKey) []any {
			sum := all.itemDays[k]
			return []any{k.restaurantID, int64(k.day), k.menuItemID, k.currency, sum.quantity, int64(sum.revenue)}
		})
}

func (s *Store) addCustomerItems(ctx context.Context, all sums) error {
	return upsert(ctx, s, sorted(all.customerItems, comparePairs), 4, `
		INSERT INTO orders_figures_customer_items AS f (customer_id, menu_item_id, name, quantity)`,
		` ON CONFLICT (customer_id, menu_item_id)`+addQuantity+newerName,
		func(k pairKey) []any {
			sum := all.customerItems[k]
			return []any{k.customerID, k.otherID, sum.name, sum.quantity}
		})
}

func (s *Store) addSpending(ctx context.Context, all sums) error {
	return upsert(ctx, s, sorted(all.spending, compareSpending), 4, `
		INSERT INTO orders_figures_spending AS f (customer_id, currency, orders, spent)`, `
		ON CONFLICT (customer_id, currency) DO UPDATE SET orders = f.orders + excluded.orders, spent = f.spent + excluded.spent`,
		func(k spendingKey) []any {
			sum := all.spending[k]
			return []any{k.customerID, k.currency, sum.orders, int64(sum.spent)}
		})
}

// newerVisit is whether orders were placed, the latest of which is no older than
// what is known. A move alone adds no order, and brings no newer name.
const newerVisit = `excluded.restaurant_name <> '' AND excluded.last_order_at >= f.last_order_at`

const upsertCustomers = `
	INSERT INTO orders_figures_customers AS f (customer_id, restaurant_id, restaurant_name, last_order_at,
		placed, confirmed, preparing, out_for_delivery, delivered, cancelled) VALUES `

const onCustomers = `
	ON CONFLICT (customer_id, restaurant_id) DO UPDATE SET
		restaurant_name = CASE WHEN ` + newerVisit + ` THEN excluded.restaurant_name ELSE f.restaurant_name END,
		last_order_at = CASE WHEN ` + newerVisit + ` THEN excluded.last_order_at ELSE f.last_order_at END, ` + addCounts

const totalOfCustomer = `placed + confirmed + preparing + out_for_delivery + delivered + cancelled`

// customerTotal is how many orders a customer has had at a restaurant.
type customerTotal struct {
	CustomerID   int64 `db:"customer_id"`
	RestaurantID int64 `db:"restaurant_id"`
	Total        int64 `db:"total"`
}

// addToCustomers counts orders for their customers, and the customers for the
// restaurants: at the first order, and at the second.
func (s *Store) addToCustomers(ctx context.Context, all sums) error {
	visits := map[int64]visitSum{}
	keys := sorted(all.customers, comparePairs)
	for from, to := range s.db.Portions(len(keys)) {
		before, err := s.addToPairs(ctx, keys[from:to], all.customers)
		if err != nil {
			return err
		}
		for _, r := range before {
			visit := visits[r.RestaurantID]
			visit.count(r.Total, r.Total+all.customers[pairKey{r.CustomerID, r.RestaurantID}].placed)
			if visit != (visitSum{}) {
				visits[r.RestaurantID] = visit
			}
		}
	}
	return s.addVisits(ctx, visits)
}

// addToPairs counts orders for customers, and gives how many those had before
// that may have been new. SQLite keeps what RETURNING gives in a table that it
// makes for the purpose; with one writer it is cheaper to look before.
func (s *Store) addToPairs(ctx context.Context, keys []pairKey, sums map[pairKey]customerSum) (before []customerTotal, err error) {
	args, pairs := make([]any, 0, 10*len(keys)), make([]any, 0, 2*len(keys))
	for _, k := range keys {
		sum := sums[k]
		if sum.placed > 0 { // a move brings no customer
			pairs = append(pairs, k.customerID, k.otherID)
		}
		args = append(append(args, k.customerID, k.otherID, sum.name, sum.placedAt), sum.counts.args()...)
	}
	upsert := upsertCustomers + database.ValueRows(10, len(keys)) + onCustomers
	if s.db.Dialect() == database.Postgres {
		err = s.db.Select(ctx, &before, upsert+` RETURNING customer_id, restaurant_id, `+totalOfCustomer+` AS total`, args...)
		for i, r := range before {
			before[i].Total -= sums[pairKey{r.CustomerID, r.RestaurantID}].placed
		}
		return before, err
	}
	for from, to := range s.db.Portions(len(pairs) / 2) {
		var few []customerTotal
		err = s.db.Select(ctx, &few, `SELECT p.column1 AS customer_id, p.column2 AS restaurant_id, COALESCE(`+totalOfCustomer+`, 0) AS total
			FROM (VALUES `+database.ValueRows(2, to-from)+`) p
			LEFT JOIN orders_figures_customers ON customer_id = p.column1 AND restaurant_id = p.column2
			WHERE COALESCE(`+totalOfCustomer+`, 0) < 2`, pairs[2*from:2*to]...)
		if err != nil {
			return nil, err
		}
		before = append(before, few...)
	}
	return before, s.db.Do(ctx, upsert, args...)
}

// visitSum is what the number of a restaurant's customers, and of those who came
// back, changes by.
type visitSum struct{ customers, repeat int64 }

// count counts a customer who had so many orders before, and has so many now.
func (v *visitSum) count(before, now int64) {
	if before < 1 && now >= 1 {
		v.customers++
	}
	if before < 2 && now >= 2 {
		v.repeat++
	}
}

func (s *Store) addVisits(ctx context.Context, visits map[int64]visitSum) error {
	return upsert(ctx, s, sorted(visits, cmp.Compare[int64]), 3, `
		INSERT INTO orders_figures_restaurants AS f (restaurant_id, customers, repeat_customers)`, `
		ON CONFLICT (restaurant_id) DO UPDATE SET customers = f.customers + excluded.customers,
			repeat_customers = f.repeat_customers + excluded.repeat_customers`,
		func(id int64) []any { return []any{id, visits[id].customers, visits[id].repeat} })
}
