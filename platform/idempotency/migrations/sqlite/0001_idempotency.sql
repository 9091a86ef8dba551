-- +goose Up
-- The answers to requests with an Idempotency-Key, each stored with its effect.
-- The ids are in the order of created_at, by which old rows are swept. A row
-- about a customer is erased with them. Times are UTC milliseconds.
CREATE TABLE platform_idempotency (
    id          INTEGER PRIMARY KEY,
    key         TEXT   NOT NULL,
    path        TEXT   NOT NULL,
    method      TEXT   NOT NULL,
    caller      TEXT   NOT NULL,
    fingerprint BLOB   NOT NULL,
    customer_id BIGINT,
    status      BIGINT NOT NULL,
    location    TEXT   NOT NULL,
    etag        TEXT   NOT NULL,
    body        BLOB   NOT NULL,
    created_at  BIGINT NOT NULL
);

-- The key comes first: it tells most.
CREATE UNIQUE INDEX platform_idempotency_scope ON platform_idempotency (key, path, method, caller);

CREATE INDEX platform_idempotency_customer ON platform_idempotency (customer_id) WHERE customer_id IS NOT NULL;
