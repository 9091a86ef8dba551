-- +goose Up
-- The figures, kept in the transaction that changes an order, so that reading
-- them costs the same whatever the number of orders (docs/adr/0012). An order
-- counts for the day and hour on the restaurant's wall when it was placed, and
-- stays there. Orders from before this migration are counted in India's time,
-- that of the default zone.
ALTER TABLE orders_orders ADD COLUMN local_day BIGINT NOT NULL DEFAULT 0; -- days since 1970-01-01
ALTER TABLE orders_orders ADD COLUMN local_hour BIGINT NOT NULL DEFAULT 0; -- 0 to 23
UPDATE orders_orders SET local_day = (order_date + 19800000) / 86400000, local_hour = (order_date + 19800000) / 3600000 % 24;

-- An instance from before, still running beside this one, would store orders that
-- no figure counts: without a default it is refused instead.
ALTER TABLE orders_orders ALTER COLUMN local_day DROP DEFAULT;
ALTER TABLE orders_orders ALTER COLUMN local_hour DROP DEFAULT;

-- A restaurant's orders by day and hour, status and currency. Revenue is that of
-- the delivered ones.
CREATE TABLE orders_figures_hours (
    restaurant_id    BIGINT NOT NULL,
    day              BIGINT NOT NULL,
    hour             BIGINT NOT NULL,
    currency         TEXT   NOT NULL,
    placed           BIGINT NOT NULL,
    confirmed        BIGINT NOT NULL,
    preparing        BIGINT NOT NULL,
    out_for_delivery BIGINT NOT NULL,
    delivered        BIGINT NOT NULL,
    cancelled        BIGINT NOT NULL,
    revenue          BIGINT NOT NULL,
    PRIMARY KEY (restaurant_id, day, hour, currency)
);

-- What a restaurant sold in orders that are not cancelled: of all time, and by day.
CREATE TABLE orders_figures_items (
    restaurant_id BIGINT NOT NULL,
    menu_item_id  BIGINT NOT NULL,
    currency      TEXT   NOT NULL,
    name          TEXT   NOT NULL, -- as it was last ordered, by this order
    last_order_id BIGINT NOT NULL,
    quantity      BIGINT NOT NULL,
    revenue       BIGINT NOT NULL,
    PRIMARY KEY (restaurant_id, menu_item_id, currency)
);
CREATE TABLE orders_figures_item_days (
    restaurant_id BIGINT NOT NULL,
    day           BIGINT NOT NULL,
    menu_item_id  BIGINT NOT NULL,
    currency      TEXT   NOT NULL,
    quantity      BIGINT NOT NULL,
    revenue       BIGINT NOT NULL,
    PRIMARY KEY (restaurant_id, day, menu_item_id, currency)
);

-- How many customers a restaurant has had, and how many came back.
CREATE TABLE orders_figures_restaurants (
    restaurant_id    BIGINT PRIMARY KEY,
    customers        BIGINT NOT NULL,
    repeat_customers BIGINT NOT NULL
);

-- What is about one customer: erased with them.
CREATE TABLE orders_figures_customers (
    customer_id      BIGINT NOT NULL,
    restaurant_id    BIGINT NOT NULL,
    restaurant_name  TEXT   NOT NULL, -- as it was last ordered from
    placed           BIGINT NOT NULL,
    confirmed        BIGINT NOT NULL,
    preparing        BIGINT NOT NULL,
    out_for_delivery BIGINT NOT NULL,
    delivered        BIGINT NOT NULL,
    cancelled        BIGINT NOT NULL,
    last_order_at    BIGINT NOT NULL,
    PRIMARY KEY (customer_id, restaurant_id)
);
CREATE TABLE orders_figures_customer_items (
    customer_id  BIGINT NOT NULL,
    menu_item_id BIGINT NOT NULL,
    name         TEXT   NOT NULL, -- as it was last ordered
    quantity     BIGINT NOT NULL,
    PRIMARY KEY (customer_id, menu_item_id)
);
CREATE TABLE orders_figures_spending (
    customer_id BIGINT NOT NULL,
    currency    TEXT   NOT NULL,
    orders      BIGINT NOT NULL,
    spent       BIGINT NOT NULL,
    PRIMARY KEY (customer_id, currency)
);

-- The orders there are.
INSERT INTO orders_figures_hours
SELECT restaurant_id, local_day, local_hour, currency,
    SUM(CASE order_status WHEN 'placed' THEN 1 ELSE 0 END), SUM(CASE order_status WHEN 'confirmed' THEN 1 ELSE 0 END),
    SUM(CASE order_status WHEN 'preparing' THEN 1 ELSE 0 END), SUM(CASE order_status WHEN 'out_for_delivery' THEN 1 ELSE 0 END),
    SUM(CASE order_status WHEN 'delivered' THEN 1 ELSE 0 END), SUM(CASE order_status WHEN 'cancelled' THEN 1 ELSE 0 END),
    SUM(CASE order_status WHEN 'delivered' THEN total ELSE 0 END)
FROM orders_orders GROUP BY restaurant_id, local_day, local_hour, currency;

INSERT INTO orders_figures_item_days
SELECT o.restaurant_id, o.local_day, i.menu_item_id, o.currency, SUM(i.quantity), SUM(i.line_total)
FROM orders_items i JOIN orders_orders o ON o.id = i.order_id
WHERE o.order_status <> 'cancelled' GROUP BY o.restaurant_id, o.local_day, i.menu_item_id, o.currency;

INSERT INTO orders_figures_items
SELECT restaurant_id, menu_item_id, currency,
    (SELECT name FROM orders_items n WHERE n.order_id = sold.last_order_id AND n.menu_item_id = sold.menu_item_id LIMIT 1),
    last_order_id, quantity, revenue
FROM (SELECT o.restaurant_id, i.menu_item_id, o.currency, MAX(o.id) AS last_order_id, SUM(i.quantity) AS quantity, SUM(i.line_total) AS revenue
    FROM orders_items i JOIN orders_orders o ON o.id = i.order_id
    WHERE o.order_status <> 'cancelled' GROUP BY o.restaurant_id, i.menu_item_id, o.currency) sold;

-- An erased customer's orders have no address. They count for the restaurant only.
INSERT INTO orders_figures_restaurants
SELECT restaurant_id, COUNT(*), SUM(CASE WHEN orders > 1 THEN 1 ELSE 0 END)
FROM (SELECT restaurant_id, customer_id, COUNT(*) AS orders FROM orders_orders GROUP BY restaurant_id, customer_id) pairs
GROUP BY restaurant_id;

INSERT INTO orders_figures_customers
SELECT customer_id, restaurant_id, (SELECT restaurant_name FROM orders_orders n WHERE n.id = ordered.last_order_id),
    placed, confirmed, preparing, out_for_delivery, delivered, cancelled, last_order_at
FROM (SELECT customer_id, restaurant_id, MAX(id) AS last_order_id,
    SUM(CASE order_status WHEN 'placed' THEN 1 ELSE 0 END) AS placed, SUM(CASE order_status WHEN 'confirmed' THEN 1 ELSE 0 END) AS confirmed,
    SUM(CASE order_status WHEN 'preparing' THEN 1 ELSE 0 END) AS preparing, SUM(CASE order_status WHEN 'out_for_delivery' THEN 1 ELSE 0 END) AS out_for_delivery,
    SUM(CASE order_status WHEN 'delivered' THEN 1 ELSE 0 END) AS delivered, SUM(CASE order_status WHEN 'cancelled' THEN 1 ELSE 0 END) AS cancelled,
    MAX(order_date) AS last_order_at
    FROM orders_orders WHERE delivery_address IS NOT NULL GROUP BY customer_id, restaurant_id) ordered;

INSERT INTO orders_figures_customer_items
SELECT customer_id, menu_item_id,
    (SELECT name FROM orders_items n WHERE n.order_id = sold.last_order_id AND n.menu_item_id = sold.menu_item_id LIMIT 1), quantity
FROM (SELECT o.customer_id, i.menu_item_id, MAX(o.id) AS last_order_id, SUM(i.quantity) AS quantity
    FROM orders_items i JOIN orders_orders o ON o.id = i.order_id
    WHERE o.order_status <> 'cancelled' AND o.delivery_address IS NOT NULL GROUP BY o.customer_id, i.menu_item_id) sold;

INSERT INTO orders_figures_spending
SELECT customer_id, currency, COUNT(*), SUM(total)
FROM orders_orders WHERE order_status = 'delivered' AND delivery_address IS NOT NULL GROUP BY customer_id, currency;
