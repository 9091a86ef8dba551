-- The identity of this database, a UUID (version 4). It tells the caches of
-- two databases apart.
-- +goose Up
CREATE TABLE platform_database (
    id TEXT NOT NULL PRIMARY KEY
);
INSERT INTO platform_database (id)
VALUES (gen_random_uuid()::text);
