-- +goose Up
CREATE TABLE customers_customers (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    name         TEXT    NOT NULL,
    email        TEXT,
    email_key    TEXT,
    phone_number TEXT,
    address      TEXT,
    is_active    BOOLEAN NOT NULL,
    version      BIGINT  NOT NULL,
    created_at   BIGINT  NOT NULL,
    updated_at   BIGINT  NOT NULL,
    erased_at    BIGINT
);
CREATE UNIQUE INDEX customers_customers_email ON customers_customers (email_key);
CREATE UNIQUE INDEX customers_customers_phone ON customers_customers (phone_number);

-- The words of name and e-mail address, by which customers are searched.
CREATE TABLE customers_words (
    word        TEXT   NOT NULL,
    customer_id BIGINT NOT NULL REFERENCES customers_customers (id),
    PRIMARY KEY (word, customer_id)
) WITHOUT ROWID;
CREATE INDEX customers_words_customer ON customers_words (customer_id);

CREATE TABLE customers_addresses (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id BIGINT  NOT NULL REFERENCES customers_customers (id),
    label       TEXT    NOT NULL,
    address     TEXT    NOT NULL,
    latitude    DOUBLE PRECISION,
    longitude   DOUBLE PRECISION,
    is_default  BOOLEAN NOT NULL,
    version     BIGINT  NOT NULL
);
CREATE INDEX customers_addresses_customer ON customers_addresses (customer_id);

-- The restaurant is of another module: no foreign key.
CREATE TABLE customers_favourites (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id   BIGINT NOT NULL REFERENCES customers_customers (id),
    restaurant_id BIGINT NOT NULL
);
CREATE UNIQUE INDEX customers_favourites_pair ON customers_favourites (customer_id, restaurant_id);
CREATE INDEX customers_favourites_restaurant ON customers_favourites (restaurant_id);
