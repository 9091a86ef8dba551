package sqlstore

import (
	"context"
	"fmt"

	"zomato/modules/customers"
	"zomato/modules/orders"
)

var (
	_ customers.OrderActivity = (*Store)(nil)
	_ customers.Eraser        = (*Store)(nil)
)

// HasActiveOrders implements customers.OrderActivity.
func (s *Store) HasActiveOrders(ctx context.Context, customerID int64) (bool, error) {
	// One that is placed in the same commit is under way.
	if err := s.settle(ctx); err != nil {
		return false, err
	}
	var active bool
	err := s.db.Get(ctx, &active, `SELECT EXISTS (SELECT 1 FROM orders_orders WHERE customer_id = ? AND order_status NOT IN (?, ?))`,
		customerID, orders.StatusDelivered, orders.StatusCancelled)
	if err != nil {
		return false, fmt.Errorf("look for active orders of customer %d: %w", customerID, err)
	}
	return active, nil
}

// EraseCustomer implements customers.Eraser: the texts that the customer wrote
// go, and the figures about them; amounts and statuses stay, and what counts for
// the restaurants.
func (s *Store) EraseCustomer(ctx context.Context, customerID int64) error {
	// What is still to be stored would bring texts and figures of the customer back.
	if err := s.settle(ctx); err != nil {
		return err
	}
	for _, statement := range []string{
		`UPDATE orders_items SET special_requests = NULL
			WHERE special_requests IS NOT NULL AND order_id IN (SELECT id FROM orders_orders WHERE customer_id = ?)`,
		`UPDATE orders_events SET note = NULL
			WHERE note IS NOT NULL AND by_role = 'customer' AND order_id IN (SELECT id FROM orders_orders WHERE customer_id = ?)`,
		`UPDATE orders_orders SET delivery_address = NULL, special_instructions = NULL, version = version + 1 WHERE customer_id = ?`,
		`DELETE FROM orders_figures_customers WHERE customer_id = ?`,
		`DELETE FROM orders_figures_customer_items WHERE customer_id = ?`,
		`DELETE FROM orders_figures_spending WHERE customer_id = ?`,
	} {
		if _, err := s.db.Exec(ctx, statement, customerID); err != nil {
			return fmt.Errorf("erase what orders hold of customer %d: %w", customerID, err)
		}
	}
	return nil
}
