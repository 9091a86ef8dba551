-- +goose Up
-- Customer, restaurant and menu items are of other modules: no foreign keys.
-- Names and prices are copies, those of the moment of placing.
CREATE TABLE orders_orders (
    id                   INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id          BIGINT NOT NULL,
    restaurant_id        BIGINT NOT NULL,
    restaurant_name      TEXT   NOT NULL,
    order_status         TEXT   NOT NULL,
    currency             TEXT   NOT NULL,
    subtotal             BIGINT NOT NULL,
    delivery_fee         BIGINT NOT NULL,
    discount             BIGINT NOT NULL,
    tax                  BIGINT NOT NULL,
    total                BIGINT NOT NULL,
    delivery_address     TEXT,
    special_instructions TEXT,
    order_date           BIGINT NOT NULL,
    delivery_slot        BIGINT,
    delivery_time        BIGINT,
    confirm_by           BIGINT,
    promised_at          BIGINT,
    confirmed_at         BIGINT,
    version              BIGINT NOT NULL
);
-- The lists, the newest first. A customer has few orders: their status is
-- looked up in the row.
CREATE INDEX orders_orders_customer ON orders_orders (customer_id, order_date, id);
CREATE INDEX orders_orders_restaurant ON orders_orders (restaurant_id, order_date, id);
CREATE INDEX orders_orders_restaurant_status ON orders_orders (restaurant_id, order_status, order_date, id);

CREATE TABLE orders_items (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id         BIGINT  NOT NULL REFERENCES orders_orders (id),
    position         BIGINT  NOT NULL,
    menu_item_id     BIGINT  NOT NULL,
    name             TEXT    NOT NULL,
    quantity         BIGINT  NOT NULL,
    item_price       BIGINT  NOT NULL,
    line_total       BIGINT  NOT NULL,
    special_requests TEXT,
    from_stock       BOOLEAN NOT NULL -- what is given back when it is cancelled
);
CREATE UNIQUE INDEX orders_items_order ON orders_items (order_id, position);

-- The timelines. They are kept: nothing is ever changed or removed here but
-- what is personal.
CREATE TABLE orders_events (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id    BIGINT NOT NULL REFERENCES orders_orders (id),
    event       TEXT   NOT NULL,
    at          BIGINT NOT NULL,
    by_role     TEXT   NOT NULL,
    reason_code TEXT,
    note        TEXT
);
CREATE INDEX orders_events_order ON orders_events (order_id, id);
