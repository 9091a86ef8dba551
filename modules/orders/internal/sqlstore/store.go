// Package sqlstore keeps the orders module's data, on SQLite and Postgres.
//
// team: orders
package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"zomato/modules/orders"
	"zomato/modules/orders/internal/core"
	"zomato/platform/calendar"
	"zomato/platform/database"
	"zomato/platform/money"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the module's.
func Migrations() database.Migrations {
	files, _ := fs.Sub(migrations, "migrations") // fails only for a name that is no path
	return database.Migrations{Module: "orders", FS: files}
}

// Store implements core.Store. Create it with New. Safe for concurrent use.
type Store struct {
	db *database.DB
	// changes gathers what is stored at the end of a unit of work, on SQLite
	// together with what others that share its commit leave.
	changes *database.Gathering[*change]
}

// New gives the store on that database.
func New(db *database.DB) *Store {
	s := &Store{db: db}
	s.changes = database.NewGathering(db, s.storeChanges)
	return s
}

var _ core.Store = (*Store)(nil)

// row is an order as it is stored.
type row struct {
	ID                  int64         `db:"id"`
	CustomerID          int64         `db:"customer_id"`
	RestaurantID        int64         `db:"restaurant_id"`
	RestaurantName      string        `db:"restaurant_name"`
	OrderStatus         orders.Status `db:"order_status"`
	Currency            string        `db:"currency"`
	Subtotal            money.Amount  `db:"subtotal"`
	DeliveryFee         money.Amount  `db:"delivery_fee"`
	Discount            money.Amount  `db:"discount"`
	Tax                 money.Amount  `db:"tax"`
	Total               money.Amount  `db:"total"`
	DeliveryAddress     *string       `db:"delivery_address"`
	SpecialInstructions *string       `db:"special_instructions"`
	OrderDate           int64         `db:"order_date"`
	DeliverySlot        *int64        `db:"delivery_slot"`
	DeliveryTime        *int64        `db:"delivery_time"`
	ConfirmBy           *int64        `db:"confirm_by"`
	PromisedAt          *int64        `db:"promised_at"`
	ConfirmedAt         *int64        `db:"confirmed_at"`
	LocalDay            int64         `db:"local_day"`
	LocalHour           int           `db:"local_hour"`
	Version             int64         `db:"version"`
}

const columns = `id, customer_id, restaurant_id, restaurant_name, order_status, currency, subtotal, delivery_fee, discount, tax,
	total, delivery_address, special_instructions, order_date, delivery_slot, delivery_time, confirm_by, promised_at,
	confirmed_at, local_day, local_hour, version`

// order gives the order without its lines.
func (r row) order() orders.Order {
	return orders.Order{
		ID: r.ID, CustomerID: r.CustomerID, RestaurantID: r.RestaurantID, OrderStatus: r.OrderStatus,
		TotalAmount: r.Total, Currency: r.Currency,
		Pricing:         orders.Pricing{Subtotal: r.Subtotal, DeliveryFee: r.DeliveryFee, Discount: r.Discount, Tax: r.Tax, Total: r.Total},
		DeliveryAddress: r.DeliveryAddress, SpecialInstructions: r.SpecialInstructions, OrderDate: database.FromMillis(r.OrderDate),
		DeliverySlot: instant(r.DeliverySlot), DeliveryTime: instant(r.DeliveryTime), ConfirmBy: instant(r.ConfirmBy),
		PromisedAt: instant(r.PromisedAt), Version: r.Version,
	}
}

// lineRow is a line as it is stored.
type lineRow struct {
	ID              int64        `db:"id"`
	OrderID         int64        `db:"order_id"`
	Position        int          `db:"position"`
	MenuItemID      int64        `db:"menu_item_id"`
	Name            string       `db:"name"`
	Quantity        int          `db:"quantity"`
	ItemPrice       money.Amount `db:"item_price"`
	LineTotal       money.Amount `db:"line_total"`
	SpecialRequests *string      `db:"special_requests"`
	FromStock       bool         `db:"from_stock"`
}

func (r lineRow) line() orders.Line {
	return orders.Line{
		ID: r.ID, MenuItemID: r.MenuItemID, Name: r.Name, Quantity: r.Quantity, ItemPrice: r.ItemPrice,
		LineTotal: r.LineTotal, SpecialRequests: r.SpecialRequests,
	}
}

// IsEmpty implements core.ImportStore: orders are never removed.
func (s *Store) IsEmpty(ctx context.Context) (bool, error) {
	if err := s.settle(ctx); err != nil {
		return false, err
	}
	var some bool
	if err := s.db.Get(ctx, &some, `SELECT EXISTS (SELECT 1 FROM orders_orders)`); err != nil {
		return false, fmt.Errorf("look for an order: %w", err)
	}
	return !some, nil
}

// Get implements core.Store.
func (s *Store) Get(ctx context.Context, id int64) (core.Record, error) {
	var r row
	err := s.db.Get(ctx, &r, `SELECT `+columns+` FROM orders_orders WHERE id = ?`, id)
	if errors.Is(err, sql.ErrNoRows) {
		return core.Record{}, orders.NotFound(id)
	}
	if err != nil {
		return core.Record{}, fmt.Errorf("read order %d: %w", id, err)
	}
	lines, err := s.linesOf(ctx, []int64{id})
	if err != nil {
		return core.Record{}, err
	}
	record := core.Record{
		Order: r.order(), RestaurantName: r.RestaurantName, ConfirmedAt: instant(r.ConfirmedAt),
		Day: calendar.Day(r.LocalDay), Hour: r.LocalHour,
	}
	for _, l := range lines[id] {
		record.OrderItems = append(record.OrderItems, l.line())
		record.FromStock = append(record.FromStock, l.FromStock)
	}
	return record, nil
}

// linesOf reads the lines of orders, by order.
func (s *Store) linesOf(ctx context.Context, ids []int64) (map[int64][]lineRow, error) {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	var rows []lineRow
	if err := s.db.Select(ctx, &rows, linesStatement(len(ids)), args...); err != nil {
		return nil, fmt.Errorf("read the lines of %d orders: %w", len(ids), err)
	}
	out := make(map[int64][]lineRow, len(ids))
	for _, r := range rows {
		out[r.OrderID] = append(out[r.OrderID], r)
	}
	return out, nil
}

func linesStatement(orderCount int) string {
	return `SELECT id, order_id, menu_item_id, name, quantity, item_price, line_total, special_requests, from_stock
		FROM orders_items WHERE order_id IN ` + database.ValueRows(orderCount, 1) + ` ORDER BY order_id, position`
}

// Move implements core.Store: compare-and-set in one statement.
func (s *Store) Move(ctx context.Context, t core.Transition) (bool, error) {
	done, err := s.db.Exec(ctx, `
		UPDATE orders_orders SET order_status = ?, confirmed_at = ?, delivery_time = ?, version = version + 1
		WHERE id = ? AND order_status = ? AND version = ?`,
		string(t.To), millis(t.ConfirmedAt), millis(t.DeliveryTime), t.OrderID, string(t.From), t.Version)
	if err != nil {
		return false, fmt.Errorf("move order %d to %s: %w", t.OrderID, t.To, err)
	}
	moved, err := done.RowsAffected()
	if err != nil {
		return false, fmt.Errorf("count the moved orders: %w", err)
	}
	return moved == 1, nil
}

// millis stores a time that may be missing.
func millis(t *time.Time) *int64 {
	if t == nil {
		return nil
	}
	ms := database.Millis(*t)
	return &ms
}

// instant is the time that millis stored.
func instant(ms *int64) *time.Time {
	if ms == nil {
		return nil
	}
	t := database.FromMillis(*ms)
	return &t
}
