package sqlstore

import (
	"context"
	"fmt"
	"slices"

	"zomato/modules/orders/internal/core"
	"zomato/platform/database"
)

// Insert implements core.Store.
func (s *Store) Insert(ctx context.Context, r core.Record) (core.Record, error) {
	stored, err := s.InsertAll(ctx, []core.Record{r})
	if err != nil {
		return r, err
	}
	return stored[0], nil
}

// InsertAll implements core.ImportStore. On SQLite the orders get their ids here
// and are stored at the end of the unit of work (docs/adr/0022); on Postgres,
// where others number at the same time, they are stored to get them.
func (s *Store) InsertAll(ctx context.Context, records []core.Record) ([]core.Record, error) {
	stored := slices.Clone(records)
	for i := range stored {
		// A copy: the plan is committed again if the unit of work runs twice.
		stored[i].OrderItems = slices.Clone(stored[i].OrderItems)
	}
	if s.db.Dialect() == database.Postgres {
		return stored, s.insertNow(ctx, stored)
	}
	ids, err := s.lastIDs(ctx)
	if err != nil {
		return nil, err
	}
	changes := make([]*change, len(stored))
	for i := range stored {
		ids.OrderID++
		stored[i].ID = ids.OrderID
		for n := range stored[i].OrderItems {
			ids.LineID++
			stored[i].OrderItems[n].ID = ids.LineID
		}
		changes[i] = &change{order: &stored[i], lastLine: ids.LineID}
	}
	return stored, s.changes.Add(ctx, changes...)
}

// lastIDs are the highest ids of an order and of a line.
type lastIDs struct {
	OrderID int64 `db:"order_id"`
	LineID  int64 `db:"line_id"`
}

// lastIDs finds out where to go on numbering: SQLite has one writer, and neither
// orders nor lines are ever removed.
func (s *Store) lastIDs(ctx context.Context) (ids lastIDs, err error) {
	last, found, err := s.changes.Last(ctx, func(c *change) bool { return c.order != nil })
	if err != nil {
		return ids, fmt.Errorf("number an order: %w", err)
	}
	if found {
		return lastIDs{last.order.ID, last.lastLine}, nil
	}
	err = s.db.Get(ctx, &ids, `SELECT COALESCE((SELECT MAX(id) FROM orders_orders), 0) AS order_id,
		COALESCE((SELECT MAX(id) FROM orders_items), 0) AS line_id`)
	if err != nil {
		return ids, fmt.Errorf("find the last order: %w", err)
	}
	return ids, nil
}

const (
	orderColumns = `customer_id, restaurant_id, restaurant_name, order_status, currency, subtotal, delivery_fee, discount, tax,
		total, delivery_address, special_instructions, order_date, delivery_slot, delivery_time, confirm_by, promised_at,
		confirmed_at, local_day, local_hour, version`
	orderColumnCount = 21
	lineColumns      = `order_id, position, menu_item_id, name, quantity, item_price, line_total, special_requests, from_stock`
	lineColumnCount  = 9
)

// orderArgs adds the values of orderColumns.
func orderArgs(args []any, r *core.Record) []any {
	return append(args, r.CustomerID, r.RestaurantID, r.RestaurantName, string(r.OrderStatus), r.Currency, int64(r.Pricing.Subtotal),
		int64(r.Pricing.DeliveryFee), int64(r.Pricing.Discount), int64(r.Pricing.Tax), int64(r.Pricing.Total),
		nullable(r.DeliveryAddress), nullable(r.SpecialInstructions), database.Millis(r.OrderDate), nullable(millis(r.DeliverySlot)),
		nullable(millis(r.DeliveryTime)), nullable(millis(r.ConfirmBy)), nullable(millis(r.PromisedAt)), nullable(millis(r.ConfirmedAt)),
		int64(r.Day), int64(r.Hour), r.Version)
}

// lineArgs adds the values of lineColumns.
func lineArgs(args []any, r *core.Record, n int) []any {
	l := &r.OrderItems[n]
	return append(args, r.ID, int64(n), l.MenuItemID, l.Name, int64(l.Quantity), int64(l.ItemPrice), int64(l.LineTotal),
		nullable(l.SpecialRequests), r.FromStock[n])
}

// nullable gives what a pointer leads to, for the driver: nil is NULL.
func nullable[T any](value *T) any {
	if value == nil {
		return nil
	}
	return *value
}

// storeOrders stores new orders that have their ids, with their lines.
func (s *Store) storeOrders(ctx context.Context, records []*core.Record) error {
	if len(records) == 0 {
		return nil
	}
	orders, lines := make([]any, 0, (1+orderColumnCount)*len(records)), make([]any, 0, 3*(1+lineColumnCount)*len(records))
	for _, r := range records {
		orders = orderArgs(append(orders, r.ID), r)
		for n := range r.OrderItems {
			lines = lineArgs(append(lines, r.OrderItems[n].ID), r, n)
		}
	}
	err := s.db.InsertRows(ctx, `INSERT INTO orders_orders (id, `+orderColumns+`)`, 1+orderColumnCount, orders, "")
	if err != nil {
		return fmt.Errorf("insert %d orders, first %d: %w", len(records), records[0].ID, err)
	}
	err = s.db.InsertRows(ctx, `INSERT INTO orders_items (id, `+lineColumns+`)`, 1+lineColumnCount, lines, "")
	if err != nil {
		return fmt.Errorf("insert the lines of %d orders, first %d: %w", len(records), records[0].ID, err)
	}
	return nil
}

// insertNow stores new orders with their lines, and gives them their ids. Each
// order is a statement of its own: no database promises the order of what
// RETURNING gives, and nothing but the id tells orders apart.
func (s *Store) insertNow(ctx context.Context, records []core.Record) error {
	places := map[int64]int{} // of the records, by order
	var lines []any
	for i := range records {
		r := &records[i]
		err := s.db.Get(ctx, &r.ID, `INSERT INTO orders_orders (`+orderColumns+`) VALUES `+database.ValueRows(orderColumnCount, 1)+` RETURNING id`,
			orderArgs(nil, r)...)
		if err != nil {
			return fmt.Errorf("insert an order of customer %d: %w", r.CustomerID, err)
		}
		places[r.ID] = i
		for n := range r.OrderItems {
			lines = lineArgs(lines, r, n)
		}
	}
	for from, to := range s.db.Portions(len(lines) / lineColumnCount) {
		var made []lineRow
		err := s.db.Select(ctx, &made, `INSERT INTO orders_items (`+lineColumns+`) VALUES `+database.ValueRows(lineColumnCount, to-from)+`
			RETURNING id, order_id, position`, lines[from*lineColumnCount:to*lineColumnCount]...)
		if err != nil {
			return fmt.Errorf("insert %d lines: %w", to-from, err)
		}
		for _, m := range made {
			records[places[m.OrderID]].OrderItems[m.Position].ID = m.ID
		}
	}
	return nil
}
