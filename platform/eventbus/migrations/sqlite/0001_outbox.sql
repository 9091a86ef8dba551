-- +goose Up
-- The events, in the order of their commits. tx is 0 here: one transaction at
-- a time gives out the ids, so they alone are the order. Times are UTC
-- milliseconds.
CREATE TABLE platform_outbox (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    tx         BIGINT NOT NULL DEFAULT 0,
    name       TEXT   NOT NULL,
    payload    TEXT   NOT NULL,
    created_at BIGINT NOT NULL
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
