-- The identity of this database, a UUID (version 4). It tells the caches of
-- two databases apart.
-- +goose Up
CREATE TABLE platform_database (
    id TEXT NOT NULL PRIMARY KEY
);
INSERT INTO platform_database (id)
VALUES (lower(
    hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-'
    || substr('89AB', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))
));
