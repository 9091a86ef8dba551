-- +goose Up
-- On SQLite an index goes here (docs/adr/0026). Postgres would sort to merge what
-- the remaining one reads, and keeps both.
SELECT 1;
