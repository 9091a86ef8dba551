-- +goose Up
-- A restaurant's orders of every status are read by the index that has the status
-- too (docs/adr/0026): each index of this table costs every order a page.
DROP INDEX orders_orders_restaurant;
