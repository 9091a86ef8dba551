package sqlstore

import (
	"context"
	"fmt"
	"strings"

	"zomato/modules/orders"
	"zomato/modules/orders/internal/core"
	"zomato/platform/database"
)

// List implements core.Store: two statements, whatever the number of orders.
func (s *Store) List(ctx context.Context, f core.Filter, w core.Window) ([]orders.Order, error) {
	query, args := listStatement(f, w)
	var rows []row
	if err := s.db.Select(ctx, &rows, query, args...); err != nil {
		return nil, fmt.Errorf("list orders: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
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

func listStatement(f core.Filter, w core.Window) (string, []any) {
	where, args := conditions(f)
	if w.After != (core.Position{}) {
		where, args = where+" AND (order_date, id) < (?, ?)", append(args, w.After.Date, w.After.ID)
	}
	return `SELECT ` + columns + ` FROM orders_orders WHERE ` + where + ` ORDER BY order_date DESC, id DESC LIMIT ? OFFSET ?`,
		append(args, w.Limit+1, w.Skip)
}

// Count implements core.Store.
func (s *Store) Count(ctx context.Context, f core.Filter) (int64, error) {
	query, args := countStatement(f)
	var n int64
	if err := s.db.Get(ctx, &n, query, args...); err != nil {
		return 0, fmt.Errorf("count orders: %w", err)
	}
	return n, nil
}

func countStatement(f core.Filter) (string, []any) {
	where, args := conditions(f)
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
