-- The instances that serve this database, and where in Redis each announces what
-- it is about to change; '' is nowhere. While there is a row with another place,
-- valid or not, nobody serves from Redis what must not be old.
-- +goose Up
CREATE TABLE cache_instances (
    id          TEXT   NOT NULL PRIMARY KEY,
    place       TEXT   NOT NULL,
    valid_until BIGINT NOT NULL
);
