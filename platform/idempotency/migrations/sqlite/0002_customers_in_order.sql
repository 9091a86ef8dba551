-- +goose Up
-- Whose the answers are, in the order of their storing: each costs the end of this
-- index, and not a page for each customer (docs/adr/0029).
DROP INDEX platform_idempotency_customer;
CREATE INDEX platform_idempotency_customers ON platform_idempotency (id, customer_id) WHERE customer_id IS NOT NULL;
