-- +goose Up
-- Order, customer and restaurant are of other modules: no foreign keys. A
-- deleted review stays as a mark, so that its order is not reviewed again.
CREATE TABLE reviews_reviews (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id        BIGINT NOT NULL,
    customer_id     BIGINT NOT NULL,
    restaurant_id   BIGINT NOT NULL,
    rating          BIGINT NOT NULL,
    comment         TEXT,
    sentiment       TEXT   NOT NULL,
    sentiment_score BIGINT NOT NULL, -- in ten-thousandths
    reply_text      TEXT,
    reply_at        BIGINT,
    local_day       BIGINT NOT NULL, -- days since 1970-01-01, on the restaurant's calendar
    version         BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    edited_at       BIGINT,
    deleted_at      BIGINT
);
CREATE UNIQUE INDEX reviews_reviews_order ON reviews_reviews (order_id);
-- The lists: by time, by rating and time, of one sentiment by time.
CREATE INDEX reviews_reviews_customer ON reviews_reviews (customer_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX reviews_reviews_restaurant ON reviews_reviews (restaurant_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX reviews_reviews_rating ON reviews_reviews (restaurant_id, rating, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX reviews_reviews_sentiment ON reviews_reviews (restaurant_id, sentiment, created_at, id) WHERE deleted_at IS NULL;

-- The figures, kept in the transaction that changes a review (docs/adr/0012):
-- by the day on which it was written, and by customer.
CREATE TABLE reviews_figures_days (
    restaurant_id BIGINT NOT NULL,
    day           BIGINT NOT NULL,
    stars1        BIGINT NOT NULL,
    stars2        BIGINT NOT NULL,
    stars3        BIGINT NOT NULL,
    stars4        BIGINT NOT NULL,
    stars5        BIGINT NOT NULL,
    positive      BIGINT NOT NULL,
    neutral       BIGINT NOT NULL,
    negative      BIGINT NOT NULL,
    PRIMARY KEY (restaurant_id, day)
) WITHOUT ROWID;
CREATE TABLE reviews_figures_customers (
    customer_id BIGINT PRIMARY KEY,
    reviews     BIGINT NOT NULL,
    stars       BIGINT NOT NULL
) WITHOUT ROWID;
