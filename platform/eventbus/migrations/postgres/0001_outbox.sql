-- +goose Up
-- The events. tx is the transaction that stored them: ids are given out before
-- the commits and become visible in another order, so a reader goes by
-- (tx, id), up to the oldest transaction that still runs. Times are UTC
-- milliseconds.
CREATE TABLE platform_outbox (
    id         BIGINT GENERATED ALWAYS AS IDENTITY,
    tx         XID8   NOT NULL DEFAULT pg_current_xact_id(),
    name       TEXT   NOT NULL,
    payload    TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tx, id)
);

-- How far each subscriber has come: the last event that it has passed. What is
-- said of attempts and last_error is about the event after that one.
CREATE TABLE platform_subscribers (
    name        TEXT    NOT NULL PRIMARY KEY,
    kind        TEXT    NOT NULL,
    position_tx BIGINT  NOT NULL DEFAULT 0,
    position_id BIGINT  NOT NULL DEFAULT 0,
    attempts    INTEGER NOT NULL DEFAULT 0,
    last_error  TEXT    NOT NULL DEFAULT '',
    lease_owner TEXT    NOT NULL DEFAULT '',
    lease_until BIGINT  NOT NULL DEFAULT 0,
    seen_at     BIGINT  NOT NULL
);

-- Events that a subscriber could not handle and that its cursor has passed.
CREATE TABLE platform_outbox_parked (
    subscriber TEXT    NOT NULL,
    event_id   BIGINT  NOT NULL,
    name       TEXT    NOT NULL,
    payload    TEXT    NOT NULL,
    attempts   INTEGER NOT NULL,
    last_error TEXT    NOT NULL,
    parked_at  BIGINT  NOT NULL,
    PRIMARY KEY (subscriber, event_id)
);
