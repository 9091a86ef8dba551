package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"zomato/modules/orders"
	"zomato/modules/orders/internal/core"
	"zomato/platform/database"
)

// List implements core.Store: two statements, whatever the number of orders.
func (s *Store) List(ctx context.Context, f core.Filter, w core.Window) ([]orders.Order, error) {
	query, args := s.listStatement(f, w)
	var rows []row
	if err := s.db.Select(ctx, &rows, query, args...); err != nil {
		return nil, fmt.Errorf("list orders: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Or(cmp.Compare(b.OrderDate, a.OrderDate), cmp.Compare(b.ID, a.ID)) })
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	lines, err := s.linesOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]orders.Order, len(rows))
	for i, r := range rows {
		out[i] = r.order()
		for _, l := range lines[r.ID] {
			out[i].OrderItems = append(out[i].OrderItems, l.line())
		}
	}
	return out, nil
}

// listStatement reads a page. On SQLite there is one index of a restaurant's orders,
// which begins with the status (docs/adr/0026): where any will do, each is read in
// the order of the list, and SQLite merges them, by the index alone, so that what is
// skipped costs little. The rows come last, and in no order that is promised.
func (s *Store) listStatement(f core.Filter, w core.Window) (string, []any) {
	ranges := s.ranges(f)
	selected := columns
	if len(ranges) > 1 {
		selected = `id, order_date`
	}
	var selects []string
	var args []any
	for _, f := range ranges {
		where, values := conditions(f)
		if w.After != (core.Position{}) {
			where, values = where+" AND (order_date, id) < (?, ?)", append(values, w.After.Date, w.After.ID)
		}
		selects, args = append(selects, `SELECT `+selected+` FROM orders_orders WHERE `+where), append(args, values...)
	}
	page := strings.Join(selects, ` UNION ALL `) + ` ORDER BY order_date DESC, id DESC LIMIT ? OFFSET ?`
	if len(ranges) > 1 {
		page = `SELECT ` + columns + ` FROM (` + page + `) p CROSS JOIN orders_orders USING (id, order_date)`
	}
	return page, append(args, w.Limit+1, w.Skip)
}

// ranges are the filters that find the same orders, each by one range of an index.
func (s *Store) ranges(f core.Filter) []core.Filter {
	if f.RestaurantID == 0 || f.Status != "" || s.db.Dialect() == database.Postgres {
		return []core.Filter{f}
	}
	var all []core.Filter
	for _, f.Status = range statuses() {
		all = append(all, f)
	}
	return all
}

// Count implements core.Store.
func (s *Store) Count(ctx context.Context, f core.Filter) (int64, error) {
	query, args := s.countStatement(f)
	var n int64
	if err := s.db.Get(ctx, &n, query, args...); err != nil {
		return 0, fmt.Errorf("count orders: %w", err)
	}
	return n, nil
}

func (s *Store) countStatement(f core.Filter) (string, []any) {
	where, args := conditions(f)
	if all := s.ranges(f); len(all) > 1 { // so that days are ranges, too
		where += ` AND order_status IN ` + database.ValueRows(len(all), 1)
		for _, one := range all {
			args = append(args, string(one.Status))
		}
	}
	return `SELECT COUNT(*) FROM orders_orders WHERE ` + where, args
}

// conditions builds the WHERE of a list.
func conditions(f core.Filter) (string, []any) {
	where, args := []string{"customer_id = ?"}, []any{f.CustomerID}
	if f.RestaurantID != 0 {
		where, args = []string{"restaurant_id = ?"}, []any{f.RestaurantID}
	}
	if f.Status != "" {
		where, args = append(where, "order_status = ?"), append(args, string(f.Status))
	}
	if f.From != nil {
		where, args = append(where, "order_date >= ?"), append(args, database.Millis(*f.From))
	}
	if f.To != nil {
		where, args = append(where, "order_date < ?"), append(args, database.Millis(*f.To))
	}
	return strings.Join(where, " AND "), args
}

// subjectsStatement has a row for each item.
const subjectsStatement = `SELECT DISTINCT o.customer_id, i.menu_item_id
	FROM orders_orders o JOIN orders_items i ON i.order_id = o.id WHERE o.id = ?`

// SubjectsOf reads what an order is about. Faults: order_not_found.
func (s *Store) SubjectsOf(ctx context.Context, orderID int64) (core.Subjects, error) {
	var rows []struct {
		CustomerID int64 `db:"customer_id"`
		MenuItemID int64 `db:"menu_item_id"`
	}
	if err := s.db.Select(ctx, &rows, subjectsStatement, orderID); err != nil {
		return core.Subjects{}, fmt.Errorf("read what order %d is about: %w", orderID, err)
	}
	if len(rows) == 0 { // every order has a line
		return core.Subjects{}, orders.NotFound(orderID)
	}
	found := core.Subjects{CustomerID: rows[0].CustomerID}
	for _, r := range rows {
		found.MenuItemIDs = append(found.MenuItemIDs, r.MenuItemID)
	}
	return found, nil
}
