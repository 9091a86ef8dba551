-- The instances that serve this database. One that is not together changes things
-- without telling the shared cache before: while there is such a row, valid or
-- not, nobody serves from it what must not be old.
-- +goose Up
CREATE TABLE cache_instances (
    id          TEXT   NOT NULL PRIMARY KEY,
    together    BIGINT NOT NULL,
    valid_until BIGINT NOT NULL
);
